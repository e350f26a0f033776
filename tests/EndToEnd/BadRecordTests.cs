using System.Text;
using System.Text.Json;
using Streaming.Consumer.Querying;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>Records that nobody's producer should send, through the real consumer.</summary>
public sealed class BadRecordTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Garbage_IsQuarantinedWithItsBytesAndTheRestIsProcessed()
    {
        byte[] megabyte = new byte[1024 * 1024 - 10];
        new Random(3).NextBytes(megabyte);
        byte[][] garbage =
        [
            [],
            "not json"u8.ToArray(),
            [0xFF, 0xFE, 0x00],
            """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":"1"}"""u8.ToArray(),
            """{"timestamp":"2024-01-02T15:04:05Z","close":1}"""u8.ToArray(),
            """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":NaN}"""u8.ToArray(),
            """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":-1e13}"""u8.ToArray(),
            """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1e300}"""u8.ToArray(),
            """{"ticker":"A","timestamp":"2099-01-02T15:04:05Z","close":1}"""u8.ToArray(),
            """{"ticker":"A","date":"soon","timestamp":"2024-01-02T15:04:05Z","close":1}"""u8.ToArray(),
            """{"ticker":"","timestamp":"2024-01-02T15:04:05Z","close":1}"""u8.ToArray(),
            Encoding.UTF8.GetBytes($$"""{"ticker":"{{new string('X', 65)}}","timestamp":"2024-01-02T15:04:05Z","close":1}"""),
            megabyte,
        ];
        await PutAsync([Good("A", 1), .. garbage, Good("A", 2)]);
        CliResult run = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Contains($"{garbage.Length + 2} read = 2 in windows + 0 late + {garbage.Length} quarantined", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single((await Oracle.LakeAsync(_folder["data/lake"])).Values).Bar.TickCount);

        string lines = File.ReadAllText(Directory.GetFiles(_folder["data/lake/quarantine"], "*.jsonl", SearchOption.AllDirectories).Single());
        string[] kept = [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(RawBytes)];
        Assert.Equal(garbage.Select(Convert.ToBase64String), kept);
    }

    [Theory]
    [InlineData("../../../x")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\..\\x")]
    [InlineData("a=b/trade_date=2000-01-01")]
    [InlineData("😀")]
    [InlineData("__HIVE_DEFAULT_PARTITION__")]
    [InlineData("NULL")]
    [InlineData("%2E%2E%2F")]
    [InlineData(" SPY ")]
    [InlineData("=1+1")]
    public async Task HostileTicker_StaysInTheLakeAndReadsBack(string ticker)
    {
        await PutAsync([Good(ticker, 1)]);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        AvgRow row = Assert.Single((await Oracle.LakeAsync(_folder["data/lake"])).Values);
        Assert.Equal(ticker, row.Ticker);
        string file = Assert.Single(Directory.GetFiles(_folder.Path, "*.parquet", SearchOption.AllDirectories));
        Assert.Equal("avg_1min", Path.GetRelativePath(_folder["data/lake"], file).Split('/')[0]);
        Assert.Equal(4, Path.GetRelativePath(_folder["data/lake"], file).Split('/').Length);
    }

    private string RawBytes(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.NotEqual("", json.RootElement.GetProperty("reason").GetString());
        return json.RootElement.TryGetProperty("data", out JsonElement data)
            ? data.GetString()!
            : Convert.ToBase64String(File.ReadAllBytes(_folder["data/lake/" + json.RootElement.GetProperty("object").GetString()]));
    }

    private static byte[] Good(string ticker, int second)
        => JsonSerializer.SerializeToUtf8Bytes(new { ticker, timestamp = $"2024-01-02T15:04:{second:D2}+00:00", close = 1.5 });

    private async Task PutAsync(IEnumerable<byte[]> records)
    {
        await using IManagedStream stream = RecordStreams.Open(_folder["data/stream"], TimeProvider.System);
        await stream.CreateAsync(1, CancellationToken.None);
        var batch = new PutBatch();
        foreach (byte[] record in records) batch.Add("key"u8, record);
        Assert.Empty((await stream.PutAsync(batch, CancellationToken.None)).Refused);
    }

    public void Dispose() => _folder.Dispose();
}
