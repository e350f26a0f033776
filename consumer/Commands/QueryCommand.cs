using System.CommandLine;
using Streaming.Consumer.Querying;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer query</c>: the README's Athena query over a lake, without Athena.</summary>
internal static class QueryCommand
{
    public static Command Create(Settings settings)
    {
        Option<string> lake = Parse.Text(settings, "--lake", "lake: a folder", new ConsumerOptions().Lake, "an address", text => text.Length > 0);
        var ticker = new Option<string?>("--ticker", "-t") { Description = "one ticker only" };
        Option<DateOnly?> date = Parse.Option<DateOnly?>(settings, "--date", "one trade date only, yyyy-MM-dd", null, "a yyyy-MM-dd day", Parse.TryParseDate);
        Option<int> limit = Parse.Option<int>(
            settings, "--limit", "rows", 10, "a whole number from 1 to 1000000", (string text, out int value) => int.TryParse(text, out value) && value is > 0 and <= 1_000_000);
        var latest = new Option<bool>("--latest") { Description = "the newest row of each ticker: its latest close" };
        var json = new Option<bool>("--json") { Description = "one JSON object a row" };
        var command = new Command("query", "Prints the newest rows of avg_1min.") { lake, ticker, date, limit, latest, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var reader = new LakeReader(ObjectStores.Open(parsed.GetValue(lake)!, TimeProvider.System));
            IReadOnlyList<AvgRow> rows = parsed.GetValue(latest)
                ? await reader.LatestAsync(parsed.GetValue(ticker), parsed.GetValue(date), cancellation)
                : await reader.NewestAsync(parsed.GetValue(ticker), parsed.GetValue(date), parsed.GetValue(limit), cancellation);
            if (parsed.GetValue(json)) AvgRowTable.WriteJson(Console.Out, rows);
            else if (rows.Count > 0) AvgRowTable.Write(PlainConsole.For(Console.Out, Console.IsOutputRedirected), rows);
            else await Console.Error.WriteLineAsync($"consumer: there are no such rows in {parsed.GetValue(lake)}. Did a consumer run with --lake {parsed.GetValue(lake)}?");
            return ExitCodes.Done;
        });
        return command;
    }
}
