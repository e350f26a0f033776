using System.Runtime.CompilerServices;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// Reads one shard out of the common log. Owns its place in the log, what is filtered there, and the batch that it refills.
/// Delivers only what is known to be on disk, and never anything behind a hole.
/// </summary>
/// <remarks>
/// A batch has at most 2,500 records, so that it and what becomes of it fit a processor's nearer caches, and 4 MiB (or one put batch's share of the shard, if that alone is larger). A read passes at
/// most <see cref="LocalStreamOptions.MaxPutBatchesPerRead"/> put batches: where they hold nothing for this shard it returns an empty batch
/// that is still behind the tip.
/// </remarks>
internal sealed class LocalShardReader : IShardReader
{
    public const int MaxRecordsPerBatch = 2_500;
    public const int MaxBytesPerBatch = 4 * 1024 * 1024;

    private readonly LocalStream _stream;
    private readonly StreamFolder _folder;
    private readonly string _creationId;
    private readonly string _shardId;
    private readonly int _shard;
    private readonly LogCursor _cursor;
    private readonly ReaderStart _start;
    private readonly RecordBatch _batch = new();
    private SyncedEnd _end;
    private ulong? _closedAfter;
    private long _lastArrivalMicros;

    public LocalShardReader(LocalStream stream, StreamManifest manifest, int shard, ReaderStart start, SyncedEnd end)
    {
        (_stream, _shard, _start, _end) = (stream, shard, start, end);
        (_creationId, _shardId) = (manifest.CreationId, manifest.Shards[shard].Id);
        _folder = stream.Folder;
        _cursor = new LogCursor(_folder, manifest.ChecksumSeed);
        if (start.Segment != 0) _cursor.MoveTo(start.Segment, start.Offset, start.Last);
    }

    public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!TryFill())
        {
            await Task.Delay(_stream.Options.PollInterval, _stream.Time, cancellation);
            // A producer that was killed may have died between its sync and the publication of the end; nobody else would publish it.
            if (!TryFill() && TryFindUnpublished()) TryFill();
        }

        return _batch;
    }

    public ValueTask DisposeAsync()
    {
        _cursor.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Refills the batch; false if the reader stands at the tip and there is nothing for it.</summary>
    private bool TryFill()
    {
        try
        {
            _batch.Clear();
            long askedAt = LogAppender.Micros(_stream.Time.GetUtcNow());
            // Before the log's end, which is published before shards are closed: who sees a shard closed sees all that it holds.
            _closedAfter = FindClosedAfter();
            bool atTip = !IsBehind() && !LookForMore();
            if (!atTip) atTip = Scan();
            if (atTip) (_batch.TipAtMicros, _batch.IsEndOfShard) = (askedAt, _closedAfter <= _end.Last);
            else _batch.MillisBehindLatest = Math.Max(1, (LogAppender.Micros(_stream.Time.GetUtcNow()) - _lastArrivalMicros) / 1000);
            return !atTip || _batch.Count > 0 || _batch.IsEndOfShard;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _stream.Unavailable("read", e);
        }
    }

    private bool TryFindUnpublished()
    {
        try
        {
            if (_stream.FindEnd(_end) is not { } end || end.Last <= _end.Last) return false;
            _end = end;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _stream.Unavailable("read", e);
        }
    }

    // A closed shard's tip is where it was closed, or its reader would have to catch up with the children.
    private bool IsBehind() => (_cursor.Last ?? _start.Last ?? 0) < Math.Min(_end.Last, _closedAfter ?? ulong.MaxValue);

    private bool LookForMore()
    {
        // What was read ahead may be half of a frame that is complete now.
        _cursor.Forget();
        if (SyncedEnd.Read(_folder, _cursor.Seed) is { } end && end.Last > _end.Last) _end = end;
        return IsBehind();
    }

    /// <summary>Passes frames and takes this shard's records; true if it came to the tip.</summary>
    private bool Scan()
    {
        if (_cursor.Segment == 0 && !MoveToFirstSegment()) return true;
        for (int frames = 0; frames < _stream.Options.MaxPutBatchesPerRead; frames++)
        {
            if (!IsBehind() && !LookForMore()) return true;
            FrameState state = _cursor.Peek();
            if (state == FrameState.End && _cursor.MoveToNextSegment()) continue;
            if (state != FrameState.Valid || !TryTake(out bool isFull))
            {
                if (FindLoss(state) is not { } loss) return true;
                // What came before the loss is delivered first; the next read meets it again.
                return _batch.Count > 0 ? false : throw loss;
            }

            if (isFull) return false;
            _lastArrivalMicros = _cursor.Header.ArrivalMicros;
            _cursor.Pass();
        }

        return false;
    }

    private bool MoveToFirstSegment()
    {
        List<ulong> segments = _folder.ListSegments();
        if (segments.Count == 0) throw LogDamage.MissingRecords(_folder, 0, _end.Last, _stream.Address);
        _cursor.MoveTo(segments[0], 0, _start.Last);
        return true;
    }

    /// <summary>What it means that the log does not go on although the synced end lies further; null for a tail that the next producer cuts.</summary>
    private StreamDataLossException? FindLoss(FrameState state)
    {
        ulong last = _cursor.Last ?? 0;
        return state switch
        {
            FrameState.End when _cursor.Segment != _end.Segment => LogDamage.MissingRecords(_folder, last, _end.Last, _stream.Address),
            FrameState.Gap => LogDamage.Gap(_cursor, _stream.Address),
            FrameState.Shrunk => LogDamage.Shrunk(_cursor, _stream.Address),
            FrameState.End => null,
            _ => LogDamage.Judge(_cursor, _stream.Address),
        } ?? LogDamage.CutTooFar(_folder, last, _end.Last, _stream.Address);
    }

    /// <summary>Adds this shard's records of the current frame; false if its bytes are broken.</summary>
    private bool TryTake(out bool isFull)
    {
        isFull = false;
        ref readonly FrameHeader header = ref _cursor.Header;
        if (header.Last <= _start.After || header.ArrivalMicros < _start.NotBeforeMicros) return true;
        if (!_cursor.FindBlock(_shard, out BlockEntry block, out long blockOffset)) return true;
        isFull = _batch.Count > 0
            && (_batch.Count + block.RecordCount > MaxRecordsPerBatch || _batch.DataBytes + block.DataBytes > MaxBytesPerBatch);
        if (isFull) return true;
        if (!block.FitsInto(header)) return false;

        ReadOnlySpan<byte> stored = _cursor.ReadBlock(block, blockOffset);
        int start = _batch.Reserve(block.DataBytes, out Span<byte> data);
        if (stored.IsEmpty || !RecordBlock.TryReadData(stored, block, data)) return false;
        _batch.Advance(block.DataBytes);
        AddRecords(RecordBlock.Entries(stored, block), start, header);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddRecords(ReadOnlySpan<byte> entries, int data, in FrameHeader header)
    {
        for (; !entries.IsEmpty; entries = entries[RecordEntry.Size..])
        {
            RecordEntry entry = RecordEntry.Read(entries);
            ulong number = header.First + (ulong)entry.Index;
            if (number > _start.After) _batch.Add(SequenceNumber.FromUInt64(number), header.ArrivalMicros, data, entry.DataLength);
            data += entry.DataLength;
        }
    }

    /// <summary>Last sequence number that the shard can have, null while it is open. Also notices that the stream was deleted or replaced.</summary>
    private ulong? FindClosedAfter()
    {
        StreamManifest manifest = _stream.LoadManifest();
        if (manifest.CreationId != _creationId)
            throw new StreamDataLossException($"Stream {_stream.Address} was deleted and created again while {_shardId} was read. Reset the reader's checkpoints.");
        return manifest.Shards[_shard].ClosedAfter;
    }
}
