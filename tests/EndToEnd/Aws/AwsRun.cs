using System.Diagnostics;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd.Aws;

/// <summary>The two programs over one Kinesis stream and one lake on S3, as a user runs them.</summary>
internal sealed class AwsRun(string folder, IReadOnlyDictionary<string, string> variables, string stream, string lake)
{
    private static readonly TimeSpan FirstRowsLimit = TimeSpan.FromMinutes(1);

    public Task<CliResult> CreateStreamAsync(int shards)
        => Cli.RunAsync("producer", folder, variables, "stream", "create", "--stream", stream, "--shards", $"{shards}");

    public Task<CliResult> ReplayAsync(params string[] args)
        => Cli.RunAsync("producer", folder, variables, ["replay", .. args, "--speed", "max", "--stream", stream]);

    public Task<CliResult> ConsumeAsync() => Cli.RunAsync("consumer", folder, variables, "run", "--once", "--stream", stream, "--lake", lake);

    /// <summary>Reads while the replay runs and is killed with SIGKILL after its first rows, with windows open that it has not written.</summary>
    /// <param name="hasRows">Whether there are any yet.</param>
    public async Task KillConsumerDuringAsync(Task<CliResult> replay, Func<CancellationToken, Task<bool>> hasRows)
    {
        using Process consumer = Cli.Start("consumer", folder, variables, "run", "--stream", stream, "--lake", lake, "--flush-interval", "50ms", "--lease-duration", "2s");
        Task<string> errors = consumer.StandardError.ReadToEndAsync();
        Task<string> output = consumer.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(FirstRowsLimit, TimeProvider.System);
        try
        {
            while (!await hasRows(limit.Token))
            {
                Assert.False(consumer.HasExited, consumer.HasExited ? await errors : "");
                // There will be no rows of a replay that failed.
                if (replay.IsCompleted) (await replay).ShouldExit(0);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
        }
        finally
        {
            consumer.Kill();
            await consumer.WaitForExitAsync();
            await Task.WhenAll(errors, output);
        }

        (await replay).ShouldExit(0);
    }
}
