namespace Streaming.Producer.Commands;

/// <summary>What a command takes from the process that it runs in.</summary>
/// <param name="Output">Data only.</param>
/// <param name="Error">Progress, summaries and errors.</param>
/// <param name="IsTerminal">Errors go to a terminal, where one line may be written over.</param>
/// <param name="RunId">Marks the records of this run.</param>
public sealed record CommandContext(TextWriter Output, TextWriter Error, bool IsTerminal, TimeProvider Time, string RunId)
{
    /// <summary>What a replay tells is a log: each line is an event in JSON.</summary>
    public bool IsLogged { get; init; }

    /// <summary>Answers to questions; null if nobody is there to ask.</summary>
    public TextReader? Answers { get; init; }
}
