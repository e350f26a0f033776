using System.CommandLine;
using Streaming.Consumer.Querying;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer query</c>: the README's Athena query over a lake, without Athena.</summary>
internal static class QueryCommand
{
    public static Command Create(CommandContext context)
    {
        var lake = ApplicationOptions.Lake();
        var ticker = OptionValues.Text("--ticker", "one ticker only", "ticker", "-t");
        var date = new ValueOption<DateOnly?>("--date", "one trade date only", "yyyy-MM-dd", OptionValues.Date);
        var limit = new ValueOption<int>("--limit", "rows", "n", Limit, "10");
        var latest = OptionValues.Flag("--latest", "the newest row of each ticker: its latest close");
        var json = OptionValues.Flag("--json", "one JSON object a row");
        var command = new Command("query", "Prints the newest rows of avg_1min.") { lake, ticker, date, limit, latest, json };
        var aws = new AwsOptions();
        aws.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string address = lake.Read(parsed)!;
            string? wanted = parsed.GetValue(ticker);
            var reader = new LakeReader(ObjectStores.Open(address, TimeProvider.System, aws.Read(parsed)));
            IReadOnlyList<AvgRow> rows = parsed.GetValue(latest)
                ? await reader.LatestAsync(wanted, date.Read(parsed), cancellation)
                : await reader.NewestAsync(wanted, date.Read(parsed), limit.Read(parsed), cancellation);
            if (rows.Count == 0 && reader.Unreadable.Count == 0)
            {
                await context.Error.WriteLineAsync($"consumer: {await NothingFound.ExplainAsync(reader, address, wanted, date.Read(parsed), cancellation)}");
                return ExitCode.Usage;
            }

            if (parsed.GetValue(json)) AvgRowTable.WriteJson(context.Output, rows);
            else if (rows.Count > 0) AvgRowTable.Write(PlainConsole.For(context.Output, Console.IsOutputRedirected), rows);
            foreach (string unreadable in reader.Unreadable)
                await context.Error.WriteLineAsync($"consumer: rows are missing, because an object cannot be read: {unreadable} (see: consumer lake repair --help)");
            return reader.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static int Limit(string text)
        => OptionValues.PositiveCount(text) is <= 1_000_000 and var rows ? rows : throw new UsageException($"'{text}' is more than 1000000.");
}
