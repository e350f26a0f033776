namespace Streaming.Producer.Archive;

/// <summary>
/// The books of what was refused: rows counted by reason, the first ones with their place, and whole files; and of the values that were
/// ignored in rows that count. Does not decide what is refused or ignored.
/// </summary>
/// <param name="told">Told of every row at once: the books keep only the first ones.</param>
internal sealed class RefusedRows(bool failOnFirst = false, Action<RefusedRow>? told = null)
{
    /// <summary>Rows kept with their place.</summary>
    public const int MaxExamples = 20;

    private readonly Dictionary<RowFault, long> _counts = [];
    private readonly Dictionary<RowFault, long> _ignored = [];
    private readonly List<RefusedRow> _examples = [];
    private readonly List<RefusedFile> _files = [];

    public long RowCount { get; private set; }

    /// <summary>The first refused rows, in the order in which they were met.</summary>
    public IReadOnlyList<RefusedRow> Examples => _examples;

    public IReadOnlyList<RefusedFile> Files => _files;

    /// <summary>Rows by reason, most frequent first.</summary>
    public IReadOnlyDictionary<string, long> ByReason => Named(_counts);

    /// <summary>Values by reason, most frequent first.</summary>
    public IReadOnlyDictionary<string, long> IgnoredByReason => Named(_ignored);

    /// <exception cref="ReplayException">The first bad row is to end the replay.</exception>
    public void RefuseRow(string file, long row, RowFault fault, long? line = null)
    {
        if (failOnFirst) throw new ReplayException($"{new RefusedRow(file, row, fault.ToString(), line)} (--on-bad-row fail)");
        RowCount++;
        _counts[fault.Reason] = _counts.GetValueOrDefault(fault.Reason) + 1;
        if (_examples.Count == MaxExamples && told is null) return;
        var refused = new RefusedRow(file, row, fault.ToString(), line);
        told?.Invoke(refused);
        if (_examples.Count < MaxExamples) _examples.Add(refused);
    }

    /// <summary>Counts an unusable value of a row that counts without it.</summary>
    public void Ignore(RowFault fault) => _ignored[fault] = _ignored.GetValueOrDefault(fault) + 1;

    public void RefuseFile(string file, string reason)
    {
        if (failOnFirst) throw new ReplayException($"{new RefusedFile(file, reason)} (--on-bad-row fail)");
        _files.Add(new RefusedFile(file, reason));
    }

    private static OrderedDictionary<string, long> Named(Dictionary<RowFault, long> counts)
        => new(counts.OrderByDescending(count => count.Value).Select(count => KeyValuePair.Create(count.Key.ToString(), count.Value)));
}

/// <param name="Row">From 1, in file order.</param>
/// <param name="Line">From 1, where the row begins in a CSV; null for a Parquet file.</param>
public sealed record RefusedRow(string File, long Row, string Reason, long? Line = null)
{
    /// <summary>Where a person finds the row in the file.</summary>
    internal string Place => Line is { } line ? $"line {line}" : $"row {Row}";

    public override string ToString() => $"{File} {Place}: {Reason}";
}

/// <summary>A file that could not be read to its end, or not at all.</summary>
public sealed record RefusedFile(string File, string Reason)
{
    public override string ToString() => $"{File}: {Reason}";
}
