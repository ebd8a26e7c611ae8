-- Run once by the image of PostgreSQL, in the new database as its administrator. The runner's role owns what it makes and
-- nothing else: it is no superuser and does not own the database. It may create roles, which are those of project.yml.
\getenv password SDS_OWNER_PASSWORD
create role sds_owner login createrole password :'password';
revoke temporary on database :"DBNAME" from public;
grant connect, create, temporary on database :"DBNAME" to sds_owner;
