using Microsoft.Extensions.Logging;
using Streaming.Consumer.Live;
using Streaming.Shared.Hosting;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Live;

public sealed class ProblemListTests
{
    private readonly ProblemList _problems = new(() => 1, new ManualTimeProvider(PipelineRun.Now));

    [Fact]
    public void WarningsAndErrorsOfTheConsumersLog_AreProblems()
    {
        using ILoggerFactory loggers = ProgramLog.Create(verbose: true, new ProblemLoggerProvider(_problems));
        ILogger shard = loggers.CreateLogger("consumer.shard");
        Log(shard, LogLevel.Information, "taken");
        Log(shard, LogLevel.Warning, "shard-0: the lease of epoch 3 is lost");
        Log(shard, LogLevel.Error, "a flush failed");
        Log(loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel"), LogLevel.Warning, "the heartbeat is slow");
        Assert.Equal(
            [(ProblemKind.Warning, "shard-0: the lease of epoch 3 is lost"), (ProblemKind.Error, "a flush failed")],
            _problems.Between(0, 2).Select(problem => (problem.Kind, problem.Text)));
    }

    [Fact]
    public void Fifty_AreKept()
    {
        for (int i = 1; i <= 60; i++) _problems.Add(ProblemKind.Bad, "bad");
        Assert.Equal(Enumerable.Range(11, 50).Select(number => (long)number), _problems.Between(0, 2).Select(problem => problem.Number));
        Assert.Equal(PipelineRun.Now.ToUnixTimeMilliseconds(), _problems.Between(0, 2)[0].AtMillis);
    }

    private static void Log(ILogger logger, LogLevel level, string text) => logger.Log(level, default, text, null, static (state, _) => state);
}
