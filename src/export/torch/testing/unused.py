"""What stands in a script for nothing."""

import ast
import symtable


def read_by(statement):
    """Names of the module that a statement at the margin reads: locals and parameters of the same name are none."""

    def reads(table):
        own = {name.get_name() for name in table.get_symbols() if name.is_referenced() and name.is_global()}
        return own.union(*(reads(inner) for inner in table.get_children()))

    table = symtable.symtable(ast.unparse(statement), "statement", "exec")
    return reads(table) | {name.get_name() for name in table.get_symbols() if name.is_referenced()}


def defined_by(statement):
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return [(one.asname or one.name).split(".")[0] for one in statement.names]
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def unused(text):
    """Names of the module that nothing reads of what the line that starts it comes to."""
    statements = ast.parse(text).body
    home = {name: statement for statement in statements for name in defined_by(statement)}
    reached, waiting = set(), [statements[-1]]
    while waiting:
        statement = waiting.pop()
        if statement not in reached:
            reached.add(statement)
            waiting += [home[name] for name in read_by(statement) if name in home]
    return sorted(name for name, statement in home.items() if statement not in reached)
