using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Streaming.Shared.Hosting;

/// <summary>Logs go to stderr: readable on a terminal, JSON otherwise. Payloads are never logged.</summary>
public static class ProgramLog
{
    /// <param name="listener">Gets the events of the program itself too; null for nobody.</param>
    public static ILoggerFactory Create(bool verbose, ILoggerProvider? listener = null)
        => LoggerFactory.Create(builder => Configure(builder, verbose, listener));

    private static void Configure(ILoggingBuilder builder, bool verbose, ILoggerProvider? listener)
    {
        builder.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information);
        // A page that is asked for every few seconds is nothing to tell.
        builder.AddFilter("Microsoft", LogLevel.Warning);
        if (listener is not null) builder.AddProvider(listener);
        builder.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (Console.IsErrorRedirected)
        {
            builder.Services.AddSingleton<ConsoleFormatter, JsonLineFormatter>();
            builder.AddConsole(console => console.FormatterName = JsonLineFormatter.FormatterName);
        }
        else
        {
            builder.AddSimpleConsole(console =>
            {
                (console.SingleLine, console.ColorBehavior) = (true, Color());
                (console.TimestampFormat, console.UseUtcTimestamp) = (LogLine.TimeFormat + " ", true);
            });
        }
    }

    /// <summary>Where a run's progress and summary go: stderr, as log events unless a terminal shows them.</summary>
    public static TextWriter Progress(string category)
        => Console.IsErrorRedirected ? new LogLineWriter(Console.Error, TimeProvider.System, category) : Console.Error;

    private static LoggerColorBehavior Color()
        => Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
}
