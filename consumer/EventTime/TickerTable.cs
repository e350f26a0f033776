using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.EventTime;

/// <summary>
/// Every ticker that a shard has shown, found by its UTF-8 bytes without making a string. None is ever forgotten, because its
/// watermark decides what is late; so their number has a limit.
/// </summary>
/// <param name="shard">The only one where the tickers may arrive that hash to it, or their rows would have two writers; null for any ticker.</param>
public sealed class TickerTable(Shard? shard, int limit = TickerTable.DefaultLimit)
{
    /// <summary>Tickers of one shard; the whole US market has some 12,000. About 150 bytes each.</summary>
    public const int DefaultLimit = 200_000;

    private readonly Dictionary<byte[], int> _byName = new(Utf8NameComparer.Instance);
    private readonly ShortNames _short = new();
    private readonly List<TickerState> _all = [];

    /// <summary>In the order in which they came, which is that of their ids: the first has 1.</summary>
    public IReadOnlyList<TickerState> All => _all;

    /// <summary>The same, to go through; valid until one is added.</summary>
    public ReadOnlySpan<TickerState> Span => CollectionsMarshal.AsSpan(_all);

    public TickerState this[int id] => _all[id - 1];

    /// <summary>Finds a ticker, which is added if it is new.</summary>
    /// <returns>False if it is not the shard's, or the table is full.</returns>
    public bool TryGetOrAdd(ReadOnlySpan<byte> utf8, out int id)
    {
        if (_byName.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(utf8, out id)) return true;
        if (!Owns(utf8) || _all.Count >= limit) return false;
        _all.Add(new TickerState(Encoding.UTF8.GetString(utf8)));
        id = _all.Count;
        _byName.Add(utf8.ToArray(), id);
        _short.Add(utf8);
        return true;
    }

    public bool Owns(ReadOnlySpan<byte> utf8) => shard is null || shard.Owns(HashKey.Of(utf8));

    /// <inheritdoc cref="ShortNames.TryFind"/>
    internal bool TryFindShort(Vector128<byte> name, out int id) => _short.TryFind(name, out id);

    private sealed class Utf8NameComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8NameComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            // Seeded per process by the framework, so that nobody can choose tickers that collide.
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
