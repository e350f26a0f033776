using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Streaming.Shared.Hosting;

/// <summary>A log event as one line of JSON. The library's formatter has no time unless asked, and writes the message twice.</summary>
internal sealed class JsonLineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "json-lines";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        // The template is the message once more.
        IEnumerable<KeyValuePair<string, object?>>? state = (logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>)?.Where(value => value.Key != "{OriginalFormat}");
        textWriter.WriteLine(LogLine.Of(
            TimeProvider.System.GetUtcNow(), logEntry.LogLevel.ToString(), logEntry.Category, logEntry.Formatter(logEntry.State, logEntry.Exception),
            logEntry.EventId.Id, state, logEntry.Exception));
    }
}
