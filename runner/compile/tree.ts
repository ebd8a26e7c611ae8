/** What PostgreSQL's parser says of a query, piece by piece: the names are those of its C sources. */
export type {
  Alias,
  ColumnRef,
  CommonTableExpr,
  FuncCall,
  JoinExpr,
  JsonArrayAgg,
  JsonObjectAgg,
  Node,
  RangeFunction,
  RangeVar,
  ResTarget,
  SelectStmt,
  SubLink,
  WindowDef,
  WithClause,
} from 'libpg-query';
