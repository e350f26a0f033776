using System.CommandLine;
using Streaming.Producer.Archive;
using Streaming.Shared.Aws;

namespace Streaming.Producer.Commands;

/// <summary><c>producer inspect</c>: what the inputs hold and what a replay would refuse. Sends nothing.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandContext context)
    {
        var inputs = new Argument<string[]>("input") { Description = "Parquet or CSV files, folders (read recursively) or globs; local or s3://", Arity = ArgumentArity.OneOrMore };
        var columns = new Option<string[]>("--columns") { Description = "ticker=sym,close=px,... [the usual names]", HelpName = "map" };
        var json = OptionValues.Flag("--json", "one JSON object per file, and one of the files left out");
        var command = new Command("inspect", "Show columns, types, rows, tickers, times and bad rows; sends nothing.") { inputs, columns, json };
        var aws = new AwsOptions();
        aws.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var inspector = new ArchiveInspector(ColumnMap.Parse(parsed.GetValue(columns) ?? []), context.Time);
            bool anyReadable = false;
            var leftOut = new LeftOutFiles();
            foreach (InputFile input in InputFiles.Expand(parsed.GetRequiredValue(inputs), new S3Inputs(aws.Read(parsed), context.Time), leftOut))
            {
                FileInspection inspection = inspector.Inspect(input, cancellation);
                anyReadable |= inspection.Error is null;
                if (parsed.GetValue(json)) context.Output.WriteLine(JsonOutput.Of(inspection));
                else Write(context.Output, inspection);
            }

            if (leftOut.Count > 0)
                context.Output.WriteLine(parsed.GetValue(json) ? JsonOutput.Of(new LeftOutInspection(leftOut.Count, leftOut.Examples)) : leftOut.ToString());
            return Task.FromResult(anyReadable ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }

    private static void Write(TextWriter output, FileInspection file)
    {
        output.WriteLine(file.File);
        if (file.Error is not null) output.WriteLine($"  refused   {file.Error}");
        foreach (InspectedColumn column in file.Columns)
            output.WriteLine($"  column    {column.Name,-20} {column.Type,-24} {(column.Field is null ? "" : $"-> {column.Field}")}".TrimEnd());
        if (file.Error is not null) return;
        output.WriteLine($"  rows      {file.Rows} in {file.RowGroups} row groups, {file.UsableRows} usable, {(file.IsDaily ? "daily bars" : "ticks or intraday bars")}");
        output.WriteLine($"  tickers   {file.TickerCount}: {string.Join(", ", file.Tickers)}{(file.TickerCount > file.Tickers.Count ? ", ..." : "")}");
        if (file.First is { } first && file.Last is { } last)
            output.WriteLine($"  time      {SummaryText.TimeText(first)} to {SummaryText.TimeText(last)}");
        output.WriteLine($"  bad rows  {file.BadRows}");
        foreach ((string reason, long count) in file.BadRowsByReason) output.WriteLine($"            {count} {reason}");
        foreach (RefusedRow row in file.FirstBadRows) output.WriteLine($"            {row.Place}: {row.Reason}");
    }
}
