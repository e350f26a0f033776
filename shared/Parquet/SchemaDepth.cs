namespace Streaming.Shared.Parquet;

/// <summary>
/// Looks at the schema in the footer's thrift before the library does: a tree written depth-first as a list, in which a group says how many children
/// follow. The library goes down it with the stack of the process.
/// </summary>
internal static class SchemaDepth
{
    private const int MaxDepth = 64;

    /// <exception cref="InvalidDataException">Groups nest deeper than any table's.</exception>
    public static void Check(ReadOnlySpan<byte> footer)
    {
        ThriftReader thrift = new(footer);
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            if (id == 2) CheckElements(ref thrift, type);
            else thrift.Skip(type);
        }
    }

    private static void CheckElements(ref ThriftReader thrift, ThriftType type)
    {
        // Children that each open group still waits for.
        var open = new Stack<int>();
        int count = thrift.BeginList(type, ThriftType.Struct);
        for (int i = 0; i < count; i++)
        {
            int children = ReadChildCount(ref thrift);
            while (open.TryPeek(out int missing) && missing == 0) open.Pop();
            if (open.TryPop(out int left)) open.Push(left - 1);
            if (children > 0) open.Push(children);
            if (open.Count > MaxDepth) throw new InvalidDataException($"the schema nests deeper than {MaxDepth}");
        }
    }

    private static int ReadChildCount(ref ThriftReader thrift)
    {
        int children = 0;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            if (id == 5) children = thrift.ReadInt32(type);
            else thrift.Skip(type);
        }

        return children;
    }
}
