namespace Streaming.Shared.Objects.S3;

/// <summary>
/// What was read of some objects, in blocks; the least recently used go when their bytes are too many. Owns how far to read ahead: a place
/// that is new gets little, one that goes on where a block ended gets twice that block, so that a column is read in few calls,
/// and a skipped one beside it hardly at all.
/// </summary>
internal sealed class ReadAheadCache(long maxBytes = ReadAheadCache.DefaultMaxBytes)
{
    /// <summary>Some 64 columns at full read-ahead, in all open files together.</summary>
    public const long DefaultMaxBytes = 256L << 20;

    public const int SmallestRead = 64 << 10;
    public const int LargestRead = 4 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<S3File, List<Block>> _blocks = [];
    private readonly LinkedList<Block> _byUse = [];
    private long _bytes;

    /// <summary>Copies what is at hand from <paramref name="offset"/> on; returns how much that was.</summary>
    public int Copy(S3File owner, long offset, Span<byte> destination)
    {
        lock (_lock)
        {
            if (Find(owner, block => offset >= block.Offset && offset < block.End) is not { } block) return 0;
            _byUse.Remove(block.Place);
            _byUse.AddLast(block.Place);
            ReadOnlySpan<byte> there = block.Bytes.AsSpan((int)(offset - block.Offset));
            int count = Math.Min(there.Length, destination.Length);
            there[..count].CopyTo(destination);
            return count;
        }
    }

    /// <summary>How much to read where nothing is at hand and so much is wanted.</summary>
    public int ReadSize(S3File owner, long offset, int wanted)
    {
        lock (_lock)
        {
            int before = Find(owner, block => block.End == offset)?.Bytes.Length ?? 0;
            return Math.Max(wanted, Math.Clamp(before * 2, SmallestRead, LargestRead));
        }
    }

    public void Add(S3File owner, long offset, byte[] bytes)
    {
        lock (_lock)
        {
            var block = new Block(owner, offset, bytes);
            if (!_blocks.TryGetValue(owner, out List<Block>? mine)) _blocks[owner] = mine = [];
            mine.Add(block);
            _byUse.AddLast(block.Place);
            _bytes += bytes.Length;
            while (_bytes > maxBytes && _byUse.First is { } oldest && oldest.Value != block) Remove(oldest.Value);
        }
    }

    /// <summary>Drops what was read ahead of a file; first reads stay, such as its footer.</summary>
    public void ForgetLarge(S3File owner)
    {
        lock (_lock)
        {
            foreach (Block block in _blocks.GetValueOrDefault(owner)?.FindAll(block => block.Bytes.Length > SmallestRead) ?? []) Remove(block);
        }
    }

    private Block? Find(S3File owner, Predicate<Block> isWanted) => _blocks.GetValueOrDefault(owner)?.FindLast(isWanted);

    private void Remove(Block block)
    {
        _byUse.Remove(block.Place);
        List<Block> mine = _blocks[block.Owner];
        mine.Remove(block);
        if (mine.Count == 0) _blocks.Remove(block.Owner);
        _bytes -= block.Bytes.Length;
    }

    private sealed class Block
    {
        public Block(S3File owner, long offset, byte[] bytes) => (Owner, Offset, Bytes, Place) = (owner, offset, bytes, new LinkedListNode<Block>(this));

        public S3File Owner { get; }

        public long Offset { get; }

        public byte[] Bytes { get; }

        public long End => Offset + Bytes.Length;

        public LinkedListNode<Block> Place { get; }
    }
}
