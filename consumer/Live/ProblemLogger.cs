using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Streaming.Consumer.Live;

/// <summary>Puts the warnings and errors of the log on the page: they are written for people, and never hold payloads. Those of the framework are not.</summary>
public sealed class ProblemLoggerProvider(ProblemList problems) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName)
        => categoryName.StartsWith("Microsoft", StringComparison.Ordinal) ? NullLogger.Instance : new ProblemLogger(problems);

    public void Dispose()
    {
    }

    private sealed class ProblemLogger(ProblemList problems) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) problems.Add(logLevel == LogLevel.Warning ? ProblemKind.Warning : ProblemKind.Error, formatter(state, exception));
        }
    }
}
