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
public sealed class LocalStream : IManagedStream
{
    private readonly Func<Guid> _newId;
    private readonly ManifestFile _manifest;
    private readonly LocalProducer _producer;

    /// <param name="folder">Relative or absolute path; also the address.</param>
    /// <param name="time">Gives arrival times and waits.</param>
    /// <param name="newId">Draws creation ids; must not draw one twice.</param>
    /// <param name="options">Limits; the defaults if null.</param>
    /// <exception cref="UsageException">No stream can have this folder.</exception>
    public LocalStream(string folder, TimeProvider time, Func<Guid> newId, LocalStreamOptions? options = null)
    {
        if (string.IsNullOrWhiteSpace(folder) || folder.Contains('\0', StringComparison.Ordinal))
            throw new UsageException($"'{folder}' is no folder for a stream. Give one, for instance ./data/stream");
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Name = Path.GetFileName(path);
        if (Name.Length == 0) throw new UsageException($"{folder} has no name to give to a stream. Give a folder, for instance ./data/stream");
        (Address, Time, _newId, Options) = (folder, time, newId, options ?? new LocalStreamOptions());
        Folder = new StreamFolder(path);
        _manifest = new ManifestFile(Folder, Address);
        _producer = new LocalProducer(this);
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
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shardCount, ShardMap.MaxShards);
        try
        {
            Folder.Create();
            using AppendLock held = await LockAsync(cancellation);
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
        try
        {
            using AppendLock held = await LockAsync(cancellation);
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
    }

    /// <inheritdoc/>
    public Task SplitShardAsync(string shardId, UInt128? newStartingHashKey, CancellationToken cancellation)
        => ReshardAsync(shards => shards.Split(shardId, newStartingHashKey), cancellation);

    /// <inheritdoc/>
    public Task MergeShardsAsync(string shardId, string adjacentShardId, CancellationToken cancellation)
        => ReshardAsync(shards => shards.Merge(shardId, adjacentShardId), cancellation);

    /// <inheritdoc/>
    public Task UpdateShardCountAsync(int shardCount, CancellationToken cancellation)
        => ReshardAsync(shards => shards.UpdateShardCount(shardCount), cancellation);

    /// <inheritdoc/>
    public async Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
    {
        StreamManifest manifest = LoadManifest();
        int shard = manifest.Shards.ToList().FindIndex(s => s.Id == shardId);
        if (shard < 0) throw new ArgumentException($"Stream {Address} has no shard {shardId}.", nameof(shardId));
        try
        {
            SyncedEnd end = await FindEndAsync(manifest, cancellation);
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
        try
        {
            await _producer.PutAsync(batch, cancellation);
            return PutReply.AllAccepted;
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            throw Unavailable("written", e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <exception cref="TimeoutException">Others held it all the time.</exception>
    internal ValueTask<AppendLock> LockAsync(CancellationToken cancellation) => AppendLock.AcquireAsync(Folder, Time, Options.LockTimeout, cancellation);

    internal StreamManifest LoadManifest() => _manifest.Load();

    /// <summary>The error to throw when an operation on an existing stream fails: it may be gone altogether.</summary>
    internal Exception Unavailable(string what, Exception cause)
        => cause is FileNotFoundException or DirectoryNotFoundException && !_manifest.Exists ? new StreamNotFoundException(Address) : Failed(what, cause);

    private StreamUnavailableException Failed(string what, Exception cause) => new(
        $"The stream {Address} cannot be {what}: {cause.Message.TrimEnd('.')}. Check the folder, its rights and the space on its disk.", cause);

    private static bool IsUnavailable(Exception e) => e is IOException or UnauthorizedAccessException or TimeoutException;

    // The append lock keeps all producers away until the new shards are there, and each looks at them before it appends: so nothing goes
    // to a closed shard behind its end. The change is one file put in place of another; who dies before that has changed nothing.
    private async Task ReshardAsync(Action<ShardMap> change, CancellationToken cancellation)
    {
        LoadManifest();
        try
        {
            using AppendLock held = await LockAsync(cancellation);
            StreamManifest manifest = LoadManifest();
            var map = new ShardMap(Address, manifest.ToShards());
            change(map);
            if (map.Shards.Count == manifest.Shards.Count) return;
            // What a dead producer put belongs to the parents.
            TailState tail = LogTail.Settle(Folder, manifest, Address);
            _manifest.Write(manifest.Reshard(map, tail.LastGivenAway));
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            throw Unavailable("resharded", e);
        }
    }

    /// <summary>
    /// The end of what a producer has written and synced, or could not publish any more because it died; null while one appends. Looks only: the next
    /// producer publishes it.
    /// </summary>
    /// <param name="known">The end that is known so far.</param>
    internal SyncedEnd? FindEnd(SyncedEnd? known)
    {
        StreamManifest manifest = LoadManifest();
        if (known is { } end && LogTail.IsWholeLog(Folder, end, manifest.LastClosed)) return end;
        try
        {
            using AppendLock? shared = AppendLock.TryShare(Folder);
            if (shared is null) return null;
            TailState tail = LogTail.Sync(Folder, manifest, known, Address);
            return tail.End with { Last = tail.LastGivenAway };
        }
        catch (UnauthorizedAccessException)
        {
            // A folder that cannot be written has no producer whose tail could still be cut.
            return LogTail.Find(Folder, manifest, known, Address).End;
        }
    }

    private async Task<SyncedEnd> FindEndAsync(StreamManifest manifest, CancellationToken cancellation)
    {
        long start = Time.GetTimestamp();
        while (true)
        {
            // A producer that holds the lock is about to publish the end itself; wait for it only where there is none yet.
            SyncedEnd? known = SyncedEnd.Read(Folder, manifest.ChecksumSeed);
            if ((FindEnd(known) ?? known) is { } end) return end;
            if (Time.GetElapsedTime(start) >= Options.LockTimeout)
                throw new TimeoutException($"producers held {Folder.AppendLock} for {Options.LockTimeout.TotalSeconds:0.#} s and published no end of the log");
            await Task.Delay(TimeSpan.FromMilliseconds(1), Time, cancellation);
        }
    }
}
