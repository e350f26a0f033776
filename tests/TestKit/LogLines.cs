using Microsoft.Extensions.Logging;

namespace Streaming.Tests.TestKit;

/// <summary>What was logged as an error or a warning.</summary>
public sealed class LogLines : ILoggerFactory, ILogger
{
    public List<(string Message, Exception? Exception)> Errors { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error) Errors.Add((formatter(state, exception), exception));
        if (logLevel == LogLevel.Warning) Warnings.Add(formatter(state, exception));
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // All goes to the list.
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
