using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Streaming.Shared.Aws;
using Streaming.Shared.Ticks;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// The record stream on Kinesis Data Streams, at <c>kinesis://name</c>. Owns the client and the buffers of requests. Limits are
/// those of the service (API reference and quotas of Kinesis Data Streams, 2026).
/// </summary>
public sealed partial class KinesisStream : IManagedStream, IShardReads
{
    public const string Scheme = "kinesis://";

    /// <summary>Records are trimmed a little after their time; the clocks of the machines and of the service differ.</summary>
    private static readonly TimeSpan RetentionMargin = TimeSpan.FromMinutes(1);

    private readonly ConcurrentBag<(PutRecordsRequest Request, ResponseBuffer Answer)> _idle = [];
    private readonly string _name;
    private readonly StreamManagement _management;

    /// <param name="random">Jitter of the pauses between attempts.</param>
    /// <exception cref="UsageException">The address is no stream's, there is no region, or the endpoint is not to be spoken to.</exception>
    public KinesisStream(string address, AwsSettings settings, TimeProvider time, Random random, KinesisStreamOptions? options = null)
    {
        _name = address[Scheme.Length..];
        if (!StreamName().IsMatch(_name))
            throw new UsageException($"{address} is not a stream address. A Kinesis stream's is kinesis://name, 1 to 128 letters, digits, '.', '_' or '-'; the region comes from --region or AWS_REGION.");
        (Time, Options) = (time, options ?? KinesisStreamOptions.Default);
        Client = new KinesisClient(new AwsJsonClient(AwsService.Kinesis, settings, time, random, Options.AttemptTimeout), _name);
        _management = new StreamManagement(Client, Address, time, Options);
    }

    public string Address => Scheme + _name;

    /// <summary>Single records may be refused inside a request that succeeds.</summary>
    public bool RefusesSingleRecords => true;

    internal KinesisClient Client { get; }

    internal TimeProvider Time { get; }

    internal KinesisStreamOptions Options { get; }

    public async Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
    {
        try
        {
            StreamSummary summary = await Client.DescribeStreamSummaryAsync(cancellation);
            // A stream's name and ARN can come again, but not at the same time: deleting one takes seconds.
            string created = summary.CreatedSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return new StreamDescription(_name, $"{summary.Arn}@{created}", DateTimeOffset.UnixEpoch.AddMilliseconds((double)(summary.CreatedSeconds * 1000)));
        }
        catch (AwsException e)
        {
            throw Fail(e);
        }
    }

    public Task<bool> CreateAsync(int shardCount, CancellationToken cancellation) => ManageAsync(_management.CreateAsync(shardCount, cancellation));

    public Task<bool> DeleteAsync(CancellationToken cancellation) => ManageAsync(_management.DeleteAsync(cancellation));

    public Task SplitShardAsync(string shardId, UInt128? newStartingHashKey, CancellationToken cancellation)
        => ManageAsync(_management.SplitAsync(shardId, newStartingHashKey, cancellation));

    public Task MergeShardsAsync(string shardId, string adjacentShardId, CancellationToken cancellation)
        => ManageAsync(_management.MergeAsync(shardId, adjacentShardId, cancellation));

    public Task UpdateShardCountAsync(int shardCount, CancellationToken cancellation)
        => ManageAsync(_management.UpdateShardCountAsync(shardCount, cancellation));

    public async Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation)
    {
        try
        {
            List<Shard> shards = await Client.ListShardsAsync(cancellation);
            shards.Sort((left, right) => string.CompareOrdinal(left.Id, right.Id));
            return shards;
        }
        catch (AwsException e)
        {
            throw Fail(e);
        }
    }

    public async Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
    {
        try
        {
            return await KinesisShardReader.OpenAsync(this, Options, Time, shardId, from, cancellation);
        }
        catch (AwsException e)
        {
            throw await ((IShardReads)this).FailReadAsync(e, shardId, cancellation);
        }
    }

    public async Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        if (batch.Count == 0) return PutReply.AllAccepted;
        if (!_idle.TryTake(out (PutRecordsRequest Request, ResponseBuffer Answer) buffers)) buffers = (new PutRecordsRequest(_name), new ResponseBuffer());
        try
        {
            buffers.Request.Write(batch);
            int unknown = await Client.PutRecordsAsync(buffers.Request.Body, buffers.Answer, cancellation);
            IReadOnlyList<RefusedRecord> refused = PutRecordsAnswer.Parse(buffers.Answer.Span, batch.Count);
            // Back only when all is well: after a failure the transport may still read from them.
            _idle.Add(buffers);
            return refused.Count == 0 && unknown == 0 ? PutReply.AllAccepted : new PutReply(refused) { PossiblyRepeated = unknown > 0 ? batch.Count : 0 };
        }
        catch (FormatException e)
        {
            throw new StreamUnavailableException($"{Address}: {e.Message}", e);
        }
        catch (AwsException e)
        {
            throw Fail(e);
        }
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return ValueTask.CompletedTask;
    }

    internal Exception Fail(AwsException e) => e.Reaction == AwsReaction.NotFound
        ? new StreamNotFoundException(Address)
        : new StreamUnavailableException($"{Address}: {e.Message}", e);

    DateTimeOffset IShardReads.Now => Client.Now;

    Task<string> IShardReads.GetShardIteratorAsync(string shardId, StreamPosition from, CancellationToken cancellation)
        => Client.GetShardIteratorAsync(shardId, from, cancellation);

    Task IShardReads.GetRecordsAsync(string iterator, int limit, ResponseBuffer answer, CancellationToken cancellation)
        => Client.GetRecordsAsync(iterator, limit, answer, cancellation);

    async Task<bool> IShardReads.IsClosedAsync(string shardId, CancellationToken cancellation)
        => (await Client.ListShardsAsync(cancellation)).Exists(shard => shard.Id == shardId && shard.IsClosed);

    async Task<bool> IShardReads.IsWithinRetentionAsync(string shardId, long? micros, CancellationToken cancellation)
    {
        if (micros is not { } at || await _management.SummaryAsync(cancellation) is not { } summary) return false;
        return IsoTime.ToMicros(Client.Now - summary.Retention + RetentionMargin) < at;
    }

    async Task<Exception> IShardReads.FailReadAsync(AwsException e, string shardId, CancellationToken cancellation)
    {
        if (e.Reaction == AwsReaction.NotFound && await _management.SummaryAsync(cancellation) is not null)
            return new StreamDataLossException($"{Address} has no {shardId} any more: its retention is over, or the stream was made again. Reset the reader's checkpoints.", e);
        if (e.Code == "InvalidArgumentException" && e.Message.Contains("equenceNumber", StringComparison.Ordinal))
            return new StreamDataLossException($"{Address}, {shardId} does not know the position: the stream was probably deleted and created again. Reset the reader's checkpoints. ({e.Message})", e);
        return Fail(e);
    }

    private async Task ManageAsync(Task change)
    {
        try
        {
            await change;
        }
        catch (AwsException e)
        {
            throw Fail(e);
        }
    }

    private async Task<bool> ManageAsync(Task<bool> change)
    {
        await ManageAsync((Task)change);
        return await change;
    }

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,128}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StreamName();
}
