namespace Streaming.Shared.Parquet;

/// <summary>The leaf columns of a file, and how the top-level names lead to them.</summary>
/// <param name="Leaves">In the order of the chunks in a row group.</param>
/// <param name="IsUnsigned">For each leaf: its INT32 or INT64 is to be read without a sign.</param>
/// <param name="Roots">Top-level fields; a group stands for its first leaf.</param>
internal sealed record ParquetSchema(ParquetColumn[] Leaves, bool[] IsUnsigned, (string Name, ParquetColumn Leaf)[] Roots)
{
    /// <summary>The column of that exact name, else the only one whose name differs in case alone.</summary>
    /// <exception cref="InvalidDataException">Several columns answer to the name.</exception>
    public ParquetColumn? Find(string name)
        => Only(name, Roots.Where(root => root.Name == name))
            ?? Leaves.FirstOrDefault(leaf => leaf.Name == name)
            ?? Only(name, Roots.Where(root => root.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));

    private static ParquetColumn? Only(string name, IEnumerable<(string Name, ParquetColumn Leaf)> matches)
    {
        (string Name, ParquetColumn Leaf)[] found = [.. matches.Take(3)];
        return found.Length switch
        {
            0 => null,
            1 => found[0].Leaf,
            _ => throw new InvalidDataException(
                $"column '{name}' could be any of {string.Join(", ", found.Select(root => $"'{root.Name}'"))}; name one exactly"),
        };
    }
}
