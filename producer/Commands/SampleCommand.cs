using System.CommandLine;
using Streaming.Producer.Sampling;
using Streaming.Shared;
using Streaming.Shared.CommandLine;

namespace Streaming.Producer.Commands;

/// <summary><c>producer sample</c>: made-up Parquet, so that a fresh machine has input.</summary>
internal static class SampleCommand
{
    public static Command Create(CommandContext context)
    {
        var folder = new Option<string>("--out") { Description = "folder to write to", HelpName = "dir", Required = true };
        var seed = new ValueOption<int>("--seed", "same seed, same bytes", "n", OptionValues.PositiveCount, $"{SampleHistory.DefaultSeed}");
        var tickers = new ValueOption<int>("--tickers", "how many", "n", OptionValues.PositiveCount, $"{SampleHistory.DefaultTickers}");
        var date = new ValueOption<DateOnly?>("--date", "trading day", "yyyy-MM-dd", OptionValues.Date, $"{SampleHistory.DefaultDate:yyyy-MM-dd}");
        var command = new Command("sample", "Make demo Parquet: one New York trading day of trades, one file per ticker.") { folder, seed, tickers, date };
        command.SetAction(parsed =>
        {
            int count = tickers.Read(parsed);
            if (count > SampleHistory.MaxTickers) throw new UsageException($"--tickers {count}: at most {SampleHistory.MaxTickers}.");
            SampleSummary summary = Write(parsed.GetRequiredValue(folder), seed.Read(parsed), count, date.Read(parsed) ?? SampleHistory.DefaultDate);
            context.Error.WriteLine($"{summary.Ticks} ticks of {summary.Files.Count} tickers on {summary.Date:yyyy-MM-dd} in {summary.Folder}");
        });
        return command;
    }

    private static SampleSummary Write(string folder, int seed, int tickers, DateOnly date)
    {
        try
        {
            return SampleHistory.Write(folder, seed, tickers, date);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--out {folder} cannot be written: {e.Message}");
        }
    }
}
