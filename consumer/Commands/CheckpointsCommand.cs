using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer checkpoints list|reset</c>.</summary>
internal static class CheckpointsCommand
{
    public static Command Create(CommandContext context) => new("checkpoints", "Shows or rewinds how far each shard was read.")
    {
        CreateList(context),
        CreateReset(context),
    };

    private static Command CreateList(CommandContext context)
    {
        var application = new ApplicationOptions();
        var command = new Command("list", "Shows how far each shard was read, also those that are gone.");
        application.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using IRecordStream stream = application.OpenStream(parsed);
            var reader = new StatusReader(stream, application.OpenLake(parsed), application.Read(parsed).AppName, TimeProvider.System);
            Write(context.Output, (await reader.ReadAsync(withLag: false, cancellation)).Shards);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, IReadOnlyList<ShardStatus> shards)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string name in (string[])["shard", "state", "position", "event time", "saved s ago"]) table.AddColumn(new TableColumn(name).NoWrap());
        foreach (ShardStatus shard in shards)
        {
            table.AddRow(
                new Text(shard.Shard),
                new Text(shard.State),
                new Text(shard.Position ?? "-"),
                new Text(shard.EventTime?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-"),
                new Text(shard.CheckpointAgeSeconds?.ToString("N0", CultureInfo.InvariantCulture) ?? "-"));
        }

        PlainConsole.For(output, Console.IsOutputRedirected).Write(table);
    }

    private static Command CreateReset(CommandContext context)
    {
        var application = new ApplicationOptions();
        var shards = new Option<string[]>("--shard") { Description = "a shard to rewind; repeatable", HelpName = "id" };
        var all = OptionValues.Flag("--all", "every shard that has a checkpoint");
        var to = StartOption.OfReset();
        var yes = OptionValues.Flag("--yes", "do not ask");
        var command = new Command(
            "reset", "Rewinds shards, running consumers or not. Rows stay: what is read again replaces a row only where it has more ticks.")
        {
            shards, all, to, yes,
        };
        application.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] named = parsed.GetValue(shards) ?? [];
            if (named.Length == 0 == !parsed.GetValue(all)) throw new UsageException("Say which shards to reset: --shard ID, once or more, or --all.");
            await using IRecordStream stream = application.OpenStream(parsed);
            StreamDescription description = await stream.DescribeAsync(cancellation);
            var checkpoints = new CheckpointStore(
                application.OpenLake(parsed), description, application.Read(parsed).AppName, new StoreRetry(TimeProvider.System, new Random(Environment.ProcessId)));
            IReadOnlyCollection<string> chosen = parsed.GetValue(all) ? await checkpoints.ListAsync(cancellation) : named;
            if (!parsed.GetValue(yes))
            {
                string question = $"Reset the checkpoints of {string.Join(", ", chosen)}, so that what is read again is counted again in the books";
                await context.ConfirmAsync(question, "Nothing was reset.", cancellation);
            }

            var reset = new CheckpointReset(checkpoints, await stream.ListShardsAsync(cancellation), TimeProvider.System);
            bool isDone = true;
            foreach (string shard in chosen)
            {
                ResetOutcome outcome = await reset.ResetAsync(shard, StartAt(to.Read(parsed)), cancellation);
                await context.Error.WriteLineAsync($"consumer: {shard} {Describe(outcome)}");
                // Of all shards, those that are read to their end are passed over.
                isDone &= outcome == ResetOutcome.Reset || (outcome == ResetOutcome.Ended && parsed.GetValue(all));
            }

            return isDone ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static string Describe(ResetOutcome outcome) => outcome switch
    {
        ResetOutcome.Reset => "is reset",
        ResetOutcome.NoCheckpoint => "has no checkpoint",
        ResetOutcome.Ended => "is not reset: it is read to its end, and its children go on from there. To read its records again into the same table: "
            + "consumer run --once --backfill --app-name NEW-NAME --start trim-horizon; to compute them again beside it: consumer replay --revision NAME",
        _ => "is not reset: it holds minutes that are not in the table yet and would be lost. Stop its consumer with SIGTERM, which writes them, "
            + "and reset again; or reset to trim-horizon, which reads them again",
    };

    private static long? StartAt(StartPosition to) => to.Kind switch
    {
        StartKind.Latest => IsoTime.ToMicros(TimeProvider.System.GetUtcNow()),
        StartKind.At => IsoTime.ToMicros(to.At),
        _ => null,
    };
}
