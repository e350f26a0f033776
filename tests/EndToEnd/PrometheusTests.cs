using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd;

/// <summary><c>/metrics</c> as Prometheus itself reads it.</summary>
public sealed class PrometheusTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly HttpClient _http = new();

    [Fact]
    public async Task PrometheusScrapesTheConsumer()
    {
        Assert.SkipUnless(EmulatorProcess.IsOnPath("prometheus"), "prometheus is not on PATH");
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "sample")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "replay", "sample", "--speed", "max", "--create-stream", "--shards", "2", "--stream", _folder["stream"])).ShouldExit(0);
        IReadOnlyList<string> command = Cli.Command("consumer");
        await using EmulatorProcess consumer = await EmulatorProcess.StartAsync(
            command[0],
            port => [.. command.Skip(1), "run", "--stream", _folder["stream"], "--lake", _folder["lake"], "--flush-interval", "1s", "--http", $"127.0.0.1:{port}"],
            "/healthz/live");
        await File.WriteAllTextAsync(_folder["prometheus.yml"], $"""
            scrape_configs:
              - job_name: consumer
                scrape_interval: 1s
                static_configs:
                  - targets: ["{consumer.Endpoint["http://".Length..]}"]
            """);
        await using EmulatorProcess prometheus = await EmulatorProcess.StartAsync(
            "prometheus",
            port => [$"--config.file={_folder["prometheus.yml"]}", $"--storage.tsdb.path={_folder["tsdb"]}", $"--web.listen-address=127.0.0.1:{port}"],
            "/-/ready");

        Assert.Equal(97_807, await ValueAsync(prometheus, "sum(messaging_client_consumed_messages_total)", value => value == 97_807));
        Assert.Equal(1, await ValueAsync(prometheus, "up", value => value == 1));
        Assert.Equal(2, await ValueAsync(prometheus, "sum(streaming_consumer_lease_moves_total{outcome=\"taken\"})", _ => true));
        Assert.Equal(2, await ValueAsync(prometheus, "count(streaming_consumer_behind_seconds{messaging_system=\"local\"})", _ => true));
        Assert.Equal("", await ComplaintsAsync(await _http.GetStringAsync(new Uri(consumer.Endpoint + "/metrics"))));
    }

    /// <summary>Asks until the answer is as wanted, or a minute is over; then it gives what there is.</summary>
    private async Task<double> ValueAsync(EmulatorProcess prometheus, string query, Predicate<double> isWanted)
    {
        var ask = new Uri($"{prometheus.Endpoint}/api/v1/query?query={Uri.EscapeDataString(query)}");
        long start = TimeProvider.System.GetTimestamp();
        double value;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            using HttpResponseMessage answer = await _http.GetAsync(ask);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            JsonElement[] found = json.RootElement.TryGetProperty("data", out JsonElement data) ? [.. data.GetProperty("result").EnumerateArray()] : [];
            value = found.Length == 0 ? double.NaN : double.Parse(found[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }
        while ((double.IsNaN(value) || !isWanted(value)) && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(1));

        return value;
    }

    /// <summary>What Prometheus' own judge of names, types and help texts says of our figures; those of the runtime keep the runtime's names.</summary>
    private static async Task<string> ComplaintsAsync(string metrics)
    {
        using Process check = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await check.StandardInput.WriteAsync(string.Join('\n', metrics.Split('\n').Where(line => line.Contains("streaming_", StringComparison.Ordinal) || line.Contains("messaging_client", StringComparison.Ordinal))) + "\n");
        check.StandardInput.Close();
        Task<string> errors = check.StandardError.ReadToEndAsync();
        string said = await check.StandardOutput.ReadToEndAsync() + await errors;
        await check.WaitForExitAsync();
        return said;
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }
}
