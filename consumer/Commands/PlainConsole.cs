using Spectre.Console;

namespace Streaming.Consumer.Commands;

/// <summary>A console that writes escape sequences to a terminal only, and is never narrower than a table into a file or pipe.</summary>
public static class PlainConsole
{
    public static IAnsiConsole For(TextWriter output, bool isRedirected)
    {
        bool plain = isRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(output),
        });
        if (isRedirected) console.Profile.Width = 200;
        return console;
    }
}
