"""Rules that an institution adds itself: CEL expressions over documented inputs, evaluated in a child process.

CEL (Common Expression Language) has no loops but macros over lists, no side effects, and is typed: an expression that
names an input that there is not, or compares text with a number, is refused when the policy is loaded.
"""
