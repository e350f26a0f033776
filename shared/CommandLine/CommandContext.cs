using System.Security.Cryptography;

namespace Streaming.Shared.CommandLine;

/// <summary>What a command takes from the process that it runs in.</summary>
/// <param name="Output">Data only.</param>
/// <param name="Error">Progress, summaries and errors.</param>
/// <param name="IsTerminal">Errors go to a terminal, where one line may be written over.</param>
/// <param name="StartId">Another one at each start of the process: marks what it writes.</param>
public sealed record CommandContext(TextWriter Output, TextWriter Error, bool IsTerminal, TimeProvider Time, string StartId)
{
    /// <summary>What a service or a replay tells is a log: each line is an event in JSON.</summary>
    public bool IsLogged { get; init; }

    /// <summary>Answers to questions; null if nobody is there to ask.</summary>
    public TextReader? Answers { get; init; }

    /// <summary>Of this process.</summary>
    public static CommandContext OfProcess()
        => new(Console.Out, Console.Error, !Console.IsErrorRedirected, TimeProvider.System, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)))
        {
            IsLogged = Console.IsErrorRedirected,
            Answers = Console.IsInputRedirected ? null : Console.In,
        };

    /// <summary>Asks before something is done that cannot be undone.</summary>
    /// <param name="question">Without the question mark.</param>
    /// <param name="nothingDone">Said if the answer is not yes: <c>Nothing was deleted.</c></param>
    /// <exception cref="UsageException">The answer is not yes, or nobody can be asked.</exception>
    public async Task ConfirmAsync(string question, string nothingDone, CancellationToken cancellation)
    {
        if (Answers is null) throw new UsageException($"{question}? There is no terminal to ask on. {nothingDone} Say --yes.");
        await Error.WriteAsync($"{question}? [y/N] ");
        if (await Answers.ReadLineAsync(cancellation) is not ("y" or "Y" or "yes")) throw new UsageException(nothingDone);
    }
}
