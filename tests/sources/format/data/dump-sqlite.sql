PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE 客户 (id int, "name" varchar(50), phone varchar(30), note text);
INSERT INTO "客户" VALUES(1,'O''Brien; (张三)','13800138000',replace('line 1\nline 2, tab	end','\n',char(10)));
INSERT INTO "客户" VALUES(2,NULL,'13900139000','back\slash "q" ''s');
INSERT INTO "客户" VALUES(3,'','\.','INSERT INTO x VALUES (1);');
COMMIT;
