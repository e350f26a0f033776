using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Operating;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer status</c>: shards, owners, lag and books, from the checkpoints; exit code 1 if something is wrong.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandContext context)
    {
        var application = new ApplicationOptions();
        var json = OptionValues.Flag("--json", "one JSON object");
        var command = new Command("status", "Shows who reads which shard, how far it is behind, and the books. Exit code 1 if a shard is not read or records are missing.") { json };
        application.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using IRecordStream stream = application.OpenStream(parsed);
            var reader = new StatusReader(stream, application.OpenLake(parsed), application.Read(parsed).AppName, TimeProvider.System);
            ApplicationStatus status = await reader.ReadAsync(withLag: true, cancellation);
            if (parsed.GetValue(json)) context.Output.WriteLine(JsonSerializer.Serialize(status, ApplicationStatusJson.Default.ApplicationStatus));
            else Write(context.Output, status);
            return status.Healthy ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Write(TextWriter output, ApplicationStatus status)
    {
        WriteShards(output, status.Shards);
        Books books = status.Books;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"books: {books.Read:N0} read = {books.Windowed:N0} in windows + {books.Late:N0} late + {books.Quarantined:N0} quarantined + {books.Repeated:N0} repeated"));
        foreach (string problem in status.Problems) output.WriteLine($"problem: {problem}");
        output.WriteLine(status.Healthy ? "healthy" : "NOT healthy");
    }

    private static void WriteShards(TextWriter output, IReadOnlyList<ShardStatus> shards)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string name in (string[])["shard", "state", "owner", "event time"]) table.AddColumn(name);
        foreach (string name in (string[])["epoch", "behind ms", "checkpoint s", "open windows", "read", "late", "quarantined", "repeated"])
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (ShardStatus shard in shards) table.AddRow([.. Cells(shard).Select(cell => new Text(cell))]);
        PlainConsole.For(output, Console.IsOutputRedirected).Write(table);
    }

    private static string[] Cells(ShardStatus shard) =>
    [
        shard.Shard,
        shard.State,
        shard.Owner ?? "-",
        shard.EventTime?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-",
        shard.Epoch.ToString(CultureInfo.InvariantCulture),
        shard.BehindMs?.ToString("N0", CultureInfo.InvariantCulture) ?? "-",
        shard.CheckpointAgeSeconds?.ToString("N0", CultureInfo.InvariantCulture) ?? "-",
        shard.OpenWindows.ToString("N0", CultureInfo.InvariantCulture),
        shard.Books.Read.ToString("N0", CultureInfo.InvariantCulture),
        shard.Books.Late.ToString("N0", CultureInfo.InvariantCulture),
        shard.Books.Quarantined.ToString("N0", CultureInfo.InvariantCulture),
        shard.Books.Repeated.ToString("N0", CultureInfo.InvariantCulture),
    ];
}
