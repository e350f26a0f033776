using System.CommandLine;
using Streaming.Consumer.Querying;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer query</c>: the README's Athena query over a lake, without Athena.</summary>
internal static class QueryCommand
{
    public static Command Create(Settings settings)
    {
        var lake = new CheckedOption<string>(settings, "--lake", "lake: a folder, or s3://bucket/prefix", "address", new ConsumerOptions().Lake, "an address", OptionTexts.TryAddress);
        var ticker = new Option<string?>("--ticker", "-t") { Description = "one ticker only", HelpName = "ticker" };
        var date = new CheckedOption<DateOnly?>(settings, "--date", "one trade date only", "yyyy-MM-dd", null, "a yyyy-MM-dd day", OptionTexts.TryDate);
        var limit = new CheckedOption<int>(settings, "--limit", "rows", "n", "10", "a whole number from 1 to 1000000", OptionTexts.TryLimit);
        var latest = new Option<bool>("--latest") { Description = "the newest row of each ticker: its latest close" };
        var json = new Option<bool>("--json") { Description = "one JSON object a row" };
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
                await Console.Error.WriteLineAsync($"consumer: {await NothingFound.ExplainAsync(reader, address, wanted, date.Read(parsed), cancellation)}");
                return ExitCodes.BadUsage;
            }

            if (parsed.GetValue(json)) AvgRowTable.WriteJson(Console.Out, rows);
            else if (rows.Count > 0) AvgRowTable.Write(PlainConsole.For(Console.Out, Console.IsOutputRedirected), rows);
            foreach (string unreadable in reader.Unreadable)
                await Console.Error.WriteLineAsync($"consumer: rows are missing, because an object cannot be read: {unreadable} (see: consumer lake repair --help)");
            return reader.Unreadable.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }
}
