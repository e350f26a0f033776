namespace Streaming.Shared.Streams.Local;

/// <summary>
/// A record stream in a folder, for one machine: several processes may write and read it at once. Owns the folder's files
/// (<see cref="StreamFolder"/>) and nothing else in it. Does not trim: old segments may be removed by hand.
/// </summary>
/// <remarks>
/// All shards share one log, so that a batch is one write and one sync whatever shards it touches. Sequence numbers count the
/// records of the whole stream from 1: they grow within a shard, but not by one, as on Kinesis.
/// The folder must be on a local disk: locks and renames of network file systems do not keep what is promised here.
/// </remarks>
public sealed class LocalStream : IRecordStream
{
    private readonly Func<Guid> _newId;
    private readonly SemaphoreSlim _oneProducer = new(1);
    private readonly FrameEncoder _encoder = new();
    private readonly ManifestFile _manifest;
    private LogAppender? _appender;
    private ShardRouter? _router;
    private StreamManifest? _appenderManifest;

    /// <param name="folder">Relative or absolute path; also the address.</param>
    /// <param name="time">Gives arrival times and waits.</param>
    /// <param name="newId">Draws creation ids; must not draw one twice.</param>
    /// <param name="options">Limits; the defaults if null.</param>
    /// <exception cref="InvalidAddressException">No stream can have this folder.</exception>
    public LocalStream(string folder, TimeProvider time, Func<Guid> newId, LocalStreamOptions? options = null)
    {
        if (string.IsNullOrWhiteSpace(folder) || folder.Contains('\0', StringComparison.Ordinal))
            throw new InvalidAddressException($"'{folder}' is no folder for a stream. Give one, for instance ./data/stream");
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Name = Path.GetFileName(path);
        if (Name.Length == 0) throw new InvalidAddressException($"{folder} has no name to give to a stream. Give a folder, for instance ./data/stream");
        (Address, Time, _newId, Options) = (folder, time, newId, options ?? new LocalStreamOptions());
        Folder = new StreamFolder(path);
        _manifest = new ManifestFile(Folder, Address);
    }

    public string Address { get; }

    internal StreamFolder Folder { get; }

    internal TimeProvider Time { get; }

    internal LocalStreamOptions Options { get; }

    private string Name { get; }

    /// <inheritdoc/>
    public async Task<bool> CreateAsync(int shardCount, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shardCount, StreamManifest.MaxShards);
        try
        {
            Directory.CreateDirectory(Folder.Log);
            using AppendLock held = await AppendLock.AcquireAsync(Folder, Time, Options.LockTimeout, cancellation);
            if (_manifest.Exists) return false;
            if (Folder.ListSegments().Count > 0)
            {
                throw new StreamUnavailableException(
                    $"The folder {Address} holds log segments without a stream.json. Restore stream.json, or remove {Folder.Log} to begin anew.");
            }

            StreamManifest manifest = StreamManifest.Create(Name, _newId(), Time.GetUtcNow(), shardCount);
            // The log's end first: the stream is there once its manifest is.
            default(SyncedEnd).Write(Folder, manifest.ChecksumSeed);
            _manifest.Write(manifest);
            return true;
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            throw Failed("created", e);
        }
    }

    /// <inheritdoc/>
    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
    {
        StreamManifest manifest = LoadManifest();
        return Task.FromResult(new StreamDescription(manifest.Name, manifest.CreationId, manifest.CreatedAt));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => Task.FromResult(LoadManifest().ToShards());

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(CancellationToken cancellation)
    {
        if (!_manifest.Exists) return false;
        await _oneProducer.WaitAsync(cancellation);
        try
        {
            using AppendLock held = await AppendLock.AcquireAsync(Folder, Time, Options.LockTimeout, cancellation);
            DropAppender();
            if (!_manifest.Exists) return false;
            // The manifest first: without it the rest is no stream, whatever happens next.
            File.Delete(Folder.Manifest);
            Folder.DeleteContents();
            return true;
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            throw Unavailable("deleted", e);
        }
        finally
        {
            _oneProducer.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
    {
        StreamManifest manifest = LoadManifest();
        int shard = manifest.Shards.ToList().FindIndex(s => s.Id == shardId);
        if (shard < 0) throw new ArgumentException($"Stream {Address} has no shard {shardId}.", nameof(shardId));
        try
        {
            SyncedEnd end = await FindEndAsync(manifest.ChecksumSeed, cancellation);
            using var cursor = new LogCursor(Folder, manifest.ChecksumSeed);
            return new LocalShardReader(this, manifest, shard, ReaderStart.Find(cursor, from, end, Address), end);
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            throw Unavailable("read", e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A record is larger than <see cref="PutBatch.MaxRecordBytes"/>; nothing was put.</exception>
    public async Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Key(i).Length + batch.Data(i).Length > PutBatch.MaxRecordBytes)
                throw new ArgumentException($"Record {i} of the batch is larger than {PutBatch.MaxRecordBytes} bytes.", nameof(batch));
        }

        if (batch.Count == 0) return PutReply.AllAccepted;
        await _oneProducer.WaitAsync(cancellation);
        try
        {
            LoadManifest();
            using AppendLock held = await AppendLock.AcquireAsync(Folder, Time, Options.LockTimeout, cancellation);
            PrepareAppender(LoadManifest());
            Memory<byte> frame = _encoder.Encode(batch, _router!, out int blockCount);
            _appender!.Append(frame, blockCount, batch.Count);
            return PutReply.AllAccepted;
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            throw Unavailable("written", e);
        }
        finally
        {
            _oneProducer.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        DropAppender();
        _oneProducer.Dispose();
        return ValueTask.CompletedTask;
    }

    internal StreamManifest LoadManifest() => _manifest.Load();

    /// <summary>The error to throw when an operation on an existing stream fails: it may be gone altogether.</summary>
    internal Exception Unavailable(string what, Exception cause)
        => cause is FileNotFoundException or DirectoryNotFoundException && !_manifest.Exists ? new StreamNotFoundException(Address) : Failed(what, cause);

    private StreamUnavailableException Failed(string what, Exception cause) => new(
        $"The stream {Address} cannot be {what}: {cause.Message.TrimEnd('.')}. Check the folder, its rights and the space on its disk.", cause);

    private static bool IsUnavailable(Exception e) => e is IOException or UnauthorizedAccessException or TimeoutException;

    // What a dead producer left behind the synced end is settled now, so that a reader without producers sees all that was acknowledged.
    private async Task<SyncedEnd> FindEndAsync(uint seed, CancellationToken cancellation)
    {
        SyncedEnd? known = SyncedEnd.Read(Folder, seed);
        if (known is { } end && LogTail.IsWholeLog(Folder, end)) return end;
        try
        {
            // A producer that holds the lock is about to publish the end itself; wait for it only where there is none yet.
            using AppendLock? held = known is null
                ? await AppendLock.AcquireAsync(Folder, Time, Options.LockTimeout, cancellation)
                : AppendLock.TryAcquire(Folder);
            if (held is null) return known!.Value;
            TailState tail = LogTail.Settle(Folder, seed, Address);
            return tail.End with { Last = tail.LastGivenAway };
        }
        catch (UnauthorizedAccessException)
        {
            // A folder that cannot be written has no producer whose tail could still be cut.
            return LogTail.Find(Folder, seed, known, Address).End;
        }
    }

    private void PrepareAppender(StreamManifest manifest)
    {
        if (ReferenceEquals(manifest, _appenderManifest)) return;
        DropAppender();
        _router = manifest.ToRouter();
        _appender = new LogAppender(Folder, manifest.ChecksumSeed, Time, Options.SegmentBytes, Address);
        _appenderManifest = manifest;
    }

    private void DropAppender()
    {
        _appender?.Dispose();
        (_appender, _router, _appenderManifest) = (null, null, null);
    }
}
