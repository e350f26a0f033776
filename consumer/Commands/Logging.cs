using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Streaming.Consumer.Live;
using Streaming.Shared.Telemetry;

namespace Streaming.Consumer.Commands;

/// <summary>Logs go to stderr: readable on a terminal, JSON otherwise. Payloads are never logged.</summary>
public static class Logging
{
    /// <param name="problems">Gets the warnings and errors too; null for nobody.</param>
    public static void Configure(ILoggingBuilder builder, bool verbose, ProblemList? problems = null)
    {
        builder.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information);
        // A page that is asked for every few seconds is nothing to tell.
        builder.AddFilter("Microsoft", LogLevel.Warning);
        if (problems is not null) builder.AddProvider(new ProblemLoggerProvider(problems)).AddFilter<ProblemLoggerProvider>("Microsoft", LogLevel.None);
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
