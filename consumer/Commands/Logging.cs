using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Streaming.Consumer.Commands;

/// <summary>Logs go to stderr: readable on a terminal, JSON otherwise. Payloads are never logged.</summary>
public static class Logging
{
    public static void Configure(ILoggingBuilder builder, bool verbose)
    {
        builder.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information);
        // A page that is asked for every few seconds is nothing to tell.
        builder.AddFilter("Microsoft", LogLevel.Warning);
        builder.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (Console.IsErrorRedirected) builder.AddJsonConsole();
        else builder.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, "HH:mm:ss ", Color()));
    }

    private static LoggerColorBehavior Color()
        => Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
}
