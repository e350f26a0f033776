using System.CommandLine;
using System.Globalization;
using Streaming.Producer.Archive;
using Streaming.Shared.CommandLine;

namespace Streaming.Producer.Commands;

/// <summary><c>producer inspect</c>: what the inputs hold and what a replay would refuse. Sends nothing.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandContext context)
    {
        var input = new InputOptions();
        var json = OptionValues.Flag("--json", "one JSON object per file, one for all if there are several, and one of the files left out");
        var command = new Command("inspect", "Show columns, rows, tickers, ranges of times and prices, and bad rows; sends nothing.") { json };
        input.AddTo(command);
        var aws = new AwsOptions();
        aws.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            ProducerOptions options = input.Read(parsed).Validate();
            var inspector = new ArchiveInspector(FileHints.Of(options), context.Time);
            var files = new List<FileInspection>();
            var leftOut = new LeftOutFiles();
            IReadOnlyList<InputFile> inputs = InputFiles.Expand(options.Inputs, new S3Inputs(aws.Read(parsed), context.Time), leftOut);
            foreach (FileInspection file in inspector.Inspect(inputs, cancellation))
            {
                // The total has no need of the columns and rows, of which there may be many.
                files.Add(file with { Columns = [], FirstBadRows = [] });
                if (parsed.GetValue(json)) context.Output.WriteLine(JsonOutput.Of(file));
                else Write(context.Output, file);
            }

            if (files.Count > 1)
            {
                var total = InspectionTotal.Of(files);
                if (parsed.GetValue(json)) context.Output.WriteLine(JsonOutput.Of(total));
                else Write(context.Output, total);
            }

            if (leftOut.Count > 0)
                context.Output.WriteLine(parsed.GetValue(json) ? JsonOutput.Of(new LeftOutInspection(leftOut.Count, leftOut.Examples)) : leftOut.ToString());
            return Task.FromResult(files.Exists(file => file.Error is null) ? ExitCode.Done : ExitCode.Failed);
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
        output.WriteLine($"  rows      {file.Rows} in {file.RowGroups} row groups, {file.UsableRows} usable, {file.Times}");
        output.WriteLine($"  tickers   {file.TickerCount}: {string.Join(", ", file.Tickers)}{(file.TickerCount > file.Tickers.Count ? ", ..." : "")}");
        WriteRanges(output, file.First, file.Last, file.LowestPrice, file.HighestPrice);
        output.WriteLine($"  bad rows  {file.BadRows}");
        foreach ((string reason, long count) in file.BadRowsByReason) output.WriteLine($"            {count} {reason}");
        foreach (RefusedRow row in file.FirstBadRows) output.WriteLine($"            {row.Place}: {row.Reason}");
        foreach ((string reason, long count) in file.IgnoredByReason) output.WriteLine($"  ignored   {count} values: {reason}");
    }

    private static void Write(TextWriter output, InspectionTotal total)
    {
        output.WriteLine($"total of {total.Files} files{(total.RefusedFiles > 0 ? $", {total.RefusedFiles} refused" : "")}");
        output.WriteLine($"  rows      {total.Rows}, {total.UsableRows} usable");
        WriteRanges(output, total.First, total.Last, total.LowestPrice, total.HighestPrice);
        output.WriteLine($"  bad rows  {total.BadRows}");
    }

    private static void WriteRanges(TextWriter output, DateTimeOffset? first, DateTimeOffset? last, double? lowest, double? highest)
    {
        if (first is null || last is null) return;
        output.WriteLine($"  time      {SummaryText.TimeText(first.Value)} to {SummaryText.TimeText(last.Value)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  price     {lowest} to {highest}"));
    }
}
