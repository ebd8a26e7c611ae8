-- Run once by the image of PostgreSQL, in the new database as its administrator. The runner's role owns what it makes and
-- nothing else: it is no superuser and does not own the database. It may create roles, which are those of project.yml.
\getenv password SDS_OWNER_PASSWORD
create role sds_owner login createrole password :'password';
revoke connect, temporary on database :"DBNAME" from public;
grant create, temporary on database :"DBNAME" to sds_owner;
-- To hand it on: only those roles may connect.
grant connect on database :"DBNAME" to sds_owner with grant option;
