namespace Streaming.Shared.Parquet;

/// <summary>
/// Reads the schema: a tree written depth-first as a flat list, in which a group says how many children follow. Flat columns are
/// described in full; leaves below a group are listed (their chunks stand in the row groups) and marked as nested.
/// </summary>
internal static class SchemaReader
{
    private const int MaxDepth = 64;

    /// <summary>For the dotted paths of all nested leaves together: a long group name over many leaves must not multiply.</summary>
    private const int MaxPathChars = 4 << 20;

    public static ParquetSchema Read(ref ThriftReader thrift, ThriftType type)
    {
        int count = thrift.BeginList(type, ThriftType.Struct);
        List<SchemaElement> elements = [];
        for (int i = 0; i < count; i++) elements.Add(SchemaElement.Read(ref thrift));
        if (count == 0) throw new InvalidDataException("the schema is empty");

        Tree tree = new(elements);
        List<(string, ParquetColumn)> roots = [];
        int next = 1;
        for (int child = 0; child < elements[0].ChildCount; child++)
        {
            string name = tree.Element(next).Name;
            int leaf = tree.Leaves.Count;
            next = tree.Visit(next, name, isNested: false, depth: 1);
            if (tree.Leaves.Count > leaf) roots.Add((name, tree.Leaves[leaf]));
        }

        if (next != count) throw new InvalidDataException($"the schema lists {count} elements, its tree has {next}");
        return new ParquetSchema([.. tree.Leaves], [.. tree.IsUnsigned], [.. roots]);
    }

    private sealed class Tree(List<SchemaElement> elements)
    {
        private int _pathChars;

        public List<ParquetColumn> Leaves { get; } = [];

        public List<bool> IsUnsigned { get; } = [];

        public SchemaElement Element(int index)
            => index < elements.Count ? elements[index] : throw new InvalidDataException("the schema ends inside a group");

        /// <summary>Adds the leaves at and below an element; returns the index behind its last descendant.</summary>
        public int Visit(int index, string path, bool isNested, int depth)
        {
            if (depth > MaxDepth) throw new InvalidDataException($"the schema nests deeper than {MaxDepth}");
            SchemaElement element = Element(index);
            int next = index + 1;
            if (element.Type is null)
            {
                for (int child = 0; child < element.ChildCount; child++)
                    next = Visit(next, Below(path, Element(next).Name), isNested: true, depth + 1);
                return next;
            }

            if (element.ChildCount != 0) throw new InvalidDataException($"column '{path}' has both a type and children");
            Leaves.Add(element.ToColumn(path, Leaves.Count, isNested));
            IsUnsigned.Add(element.IsUnsigned);
            return next;
        }

        private string Below(string path, string name)
        {
            _pathChars += path.Length + name.Length;
            return _pathChars <= MaxPathChars ? $"{path}.{name}" : throw new InvalidDataException("the schema's nested names are too long");
        }
    }
}
