using System.Diagnostics.CodeAnalysis;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>The records of one key that are not through yet, oldest first, as a list inside <see cref="RecordSlots"/>.</summary>
internal sealed class KeyQueue(byte[] key)
{
    public byte[] Key { get; } = key;

    public UInt128 Hash { get; } = HashKey.Of(key);

    /// <summary>Slot of the oldest record; -1 if there is none.</summary>
    public int Head { get; set; } = -1;

    public int Tail { get; set; } = -1;

    /// <summary>The oldest record is in a request: nothing later of this key may be, or a refusal would turn their order round.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>The oldest record was refused and is not through since.</summary>
    public bool WasRefused { get; set; }

    public bool IsIdle => Head < 0 && !IsInFlight;
}

/// <summary>Finds a key's queue by bytes that need not be an array.</summary>
internal sealed class KeyBytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = default(HashCode);
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
