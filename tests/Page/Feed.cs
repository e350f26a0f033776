using System.Globalization;
using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>What a test puts on the stream of its folder, and what the lake says of it.</summary>
internal static class Feed
{
    public static async Task CreateStreamAsync(string folder, int shards)
        => (await Cli.ProducerAsync(folder, "stream", "create", "--shards", $"{shards}")).ShouldExit(0);

    /// <summary>The sample's first ticks, at once.</summary>
    public static async Task ReplaySampleAsync(string folder, int ticks)
    {
        (await Cli.ProducerAsync(folder, "sample", "--out", "in")).ShouldExit(0);
        (await Cli.ProducerAsync(folder, "replay", "in", "--speed", "max", "--limit", $"{ticks}")).ShouldExit(0);
    }

    public static async Task PutAsync(string folder, params Tick[] ticks)
    {
        await using IManagedStream stream = RecordStreams.Open(Path.Combine(folder, "data", "stream"), TimeProvider.System);
        var batch = new PutBatch();
        foreach (Tick tick in ticks)
        {
            batch.Add(
                System.Text.Encoding.UTF8.GetBytes(tick.Ticker),
                JsonSerializer.SerializeToUtf8Bytes(new { ticker = tick.Ticker, timestamp = tick.Time.ToString("O", CultureInfo.InvariantCulture), close = tick.Close }));
        }

        Assert.Empty((await stream.PutAsync(batch, CancellationToken.None)).Refused);
    }

    /// <summary>Rows of <c>consumer query --json</c>.</summary>
    public static async Task<JsonElement[]> QueryAsync(string folder, params string[] args)
    {
        CliResult query = (await Cli.ConsumerAsync(folder, ["query", "--json", .. args])).ShouldExit(0);
        return [.. query.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }
}

internal sealed record Tick(string Ticker, DateTimeOffset Time, double Close);
