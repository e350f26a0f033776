using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Values;

/// <summary>Each distinct ticker once, judged once, so that a row costs no string.</summary>
internal sealed class TickerTable(IReadOnlySet<string>? wanted)
{
    /// <summary>Beyond so many distinct tickers the table starts anew: it is a cache, and garbage in the column must not fill the memory.</summary>
    private const int MaxEntries = 100_000;

    private readonly Dictionary<byte[], TickerEntry> _entries = new(new BytesComparer());
    private readonly HashSet<string> _wantedInAnyCase = new(wanted ?? new HashSet<string>(), StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _others = new(StringComparer.OrdinalIgnoreCase);
    private TickerEntry? _last;

    /// <summary>
    /// Wanted tickers that no row had, each with the one that differs from it in case alone, if there is one: <c>aapl (there is AAPL)</c>.
    /// </summary>
    public IReadOnlyList<string> Missing =>
        [.. (wanted ?? new HashSet<string>()).Where(name => !_found.Contains(name)).Order(StringComparer.Ordinal)
            .Select(name => _others.TryGetValue(name, out string? other) ? $"{name} (there is {other})" : name)];

    public TickerEntry Intern(ReadOnlySpan<byte> utf8)
    {
        if (_last is not null && utf8.SequenceEqual(_last.Utf8)) return _last;
        if (utf8.Length > TickRules.MaxTickerBytes) return TickerEntry.TooLong;
        var lookup = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(utf8, out TickerEntry? entry))
        {
            if (_entries.Count == MaxEntries) _entries.Clear();
            entry = Judge(utf8.ToArray());
            _entries.Add(entry.Utf8, entry);
        }

        return _last = entry;
    }

    private TickerEntry Judge(byte[] utf8)
    {
        if (utf8.Length == 0) return new TickerEntry(utf8, "", FaultKind.Empty, IsWanted: true);
        if (!Utf8.IsValid(utf8)) return new TickerEntry(utf8, "", FaultKind.NotUtf8, IsWanted: true);
        string name = System.Text.Encoding.UTF8.GetString(utf8);
        if (name.Any(char.IsControl)) return new TickerEntry(utf8, "", FaultKind.ControlCharacter, IsWanted: true);
        if (wanted is null) return new TickerEntry(utf8, name, FaultKind.None, IsWanted: true);
        bool isWanted = wanted.Contains(name);
        if (isWanted) _found.Add(name);
        else if (_wantedInAnyCase.Contains(name)) _others[name] = name;
        return new TickerEntry(utf8, name, FaultKind.None, isWanted);
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] key) => GetHashCode(key.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The interface asks for it.")]
        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <param name="IsWanted">False if the user chose other tickers.</param>
internal sealed record TickerEntry(byte[] Utf8, string Name, FaultKind Fault, bool IsWanted)
{
    public static TickerEntry TooLong { get; } = new([], "", FaultKind.TooLong, IsWanted: true);

    public static TickerEntry Missing { get; } = new([], "", FaultKind.Missing, IsWanted: true);
}
