using System.Numerics;

namespace Streaming.Producer.Archive;

/// <summary>
/// The smallest of many keys, when each in turn is replaced by a larger one. Every inner node holds the loser of the two sides below it, so that a
/// new key meets one loser on each level up to the root, and without a branch: which of two is smaller is what a processor cannot foresee.
/// </summary>
internal sealed class LoserTree
{
    private ulong[] _losers = [];

    /// <summary>The smallest key.</summary>
    public ulong Winner { get; private set; } = ulong.MaxValue;

    /// <summary>Begins anew with these keys, of which each has the leaf of its index.</summary>
    public void Build(ReadOnlySpan<ulong> keys)
    {
        // All leaves are on one level. Those of no key can only lose.
        int leaves = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(keys.Length, 1));
        if (_losers.Length != leaves) _losers = new ulong[leaves];
        Winner = Play(1, keys);
    }

    /// <summary>Gives the winner's leaf another key, which is not smaller.</summary>
    public void Replace(int leaf, ulong key)
    {
        ulong[] losers = _losers;
        for (int node = (losers.Length + leaf) >> 1; node > 0; node >>= 1)
        {
            ulong other = losers[node];
            losers[node] = Math.Max(key, other);
            key = Math.Min(key, other);
        }

        Winner = key;
    }

    // Node 1 is the root, and the leaves follow on the last inner node.
    private ulong Play(int node, ReadOnlySpan<ulong> keys)
    {
        if (node >= _losers.Length) return node - _losers.Length < keys.Length ? keys[node - _losers.Length] : ulong.MaxValue;
        (ulong left, ulong right) = (Play(2 * node, keys), Play((2 * node) + 1, keys));
        _losers[node] = Math.Max(left, right);
        return Math.Min(left, right);
    }
}
