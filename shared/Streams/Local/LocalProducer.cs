namespace Streaming.Shared.Streams.Local;

/// <summary>
/// Puts batches, one at a time. Owns the buffer of frames, and the open segment and routes of the shards last seen. Looks at the
/// shards under the append lock before each batch, so that no other process reshards between the look and the append.
/// </summary>
internal sealed class LocalProducer(LocalStream stream) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly FrameEncoder _encoder = new();
    private LogAppender? _appender;
    private ShardRouter? _router;
    private StreamManifest? _manifest;

    public async Task PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            // Also before the lock, whose file would be made in the folder of a stream that is gone.
            stream.LoadManifest();
            using AppendLock held = await stream.LockAsync(cancellation);
            Prepare(stream.LoadManifest());
            Memory<byte> frame = _encoder.Encode(batch, _router!, out int blockCount);
            _appender!.Append(frame, blockCount, batch.Count);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose()
    {
        CutPreallocated();
        _appender?.Dispose();
        _oneAtATime.Dispose();
    }

    private void CutPreallocated()
    {
        if (_appender is null) return;
        try
        {
            // Whoever holds the lock now writes there, and cuts it off in the end. A stream that is gone gets no lock file.
            stream.LoadManifest();
            using AppendLock? held = AppendLock.TryAcquire(stream.Folder);
            if (held is not null) _appender.CutPreallocated();
        }
        catch (Exception e) when (e is StreamNotFoundException or StreamUnavailableException or StreamDataLossException or IOException or UnauthorizedAccessException)
        {
            // The stream is gone, damaged or out of reach. What was put is on disk, and whoever opens the stream next is told.
        }
    }

    private void Prepare(StreamManifest manifest)
    {
        if (ReferenceEquals(manifest, _manifest)) return;
        _appender?.Dispose();
        (_appender, _router, _manifest) = (null, null, null);
        // Whoever put new shards in place may have died before they were durable; no record may be on disk before its shard is.
        StreamFolder.SyncNames(stream.Folder.Path);
        _router = manifest.ToRouter();
        _appender = new LogAppender(stream.Folder, manifest, stream.Time, stream.Options.SegmentBytes, stream.Address);
        _manifest = manifest;
    }
}
