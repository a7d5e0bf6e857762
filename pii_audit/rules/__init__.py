"""The rules: one module a family in code, their texts in YAML under policies/rules/."""
