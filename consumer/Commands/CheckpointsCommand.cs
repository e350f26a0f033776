using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer checkpoints list|reset</c>.</summary>
internal static class CheckpointsCommand
{
    public static Command Create(Settings settings) => new("checkpoints", "Shows or rewinds how far each shard was read.")
    {
        CreateList(settings),
        CreateReset(settings),
    };

    private static Command CreateList(Settings settings)
    {
        var application = new ApplicationOptions(settings);
        var command = new Command("list", "Shows how far each shard was read, also those that are gone.");
        application.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using IRecordStream stream = application.OpenStream(parsed);
            var reader = new StatusReader(stream, application.OpenLake(parsed), application.AppName(parsed), TimeProvider.System);
            Write((await reader.ReadAsync(withLag: false, cancellation)).Shards);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(IReadOnlyList<ShardStatus> shards)
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

        PlainConsole.For(Console.Out, Console.IsOutputRedirected).Write(table);
    }

    private static Command CreateReset(Settings settings)
    {
        var application = new ApplicationOptions(settings);
        var shards = new Option<string[]>("--shard") { Description = "a shard to rewind; repeatable", HelpName = "id" };
        var all = new Option<bool>("--all") { Description = "every shard that has a checkpoint" };
        var to = new CheckedOption<StartPosition>(
            settings, "--to", "where to begin again, by arrival time", "trim-horizon|latest|at:<time>", "trim-horizon",
            "trim-horizon, latest or at:<ISO 8601 time>", OptionTexts.TryStart);
        var yes = new Option<bool>("--yes") { Description = "do not ask" };
        var command = new Command(
            "reset", "Rewinds shards, running consumers or not. Rows stay: what is read again replaces a row only where it has more ticks.")
        {
            shards, all, to, yes,
        };
        application.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] named = parsed.GetValue(shards) ?? [];
            if (named.Length == 0 == !parsed.GetValue(all)) throw new Shared.InvalidAddressException("Say which shards to reset: --shard ID, once or more, or --all.");
            await using IRecordStream stream = application.OpenStream(parsed);
            StreamDescription description = await stream.DescribeAsync(cancellation);
            var checkpoints = new CheckpointStore(
                application.OpenLake(parsed), description, application.AppName(parsed), new StoreRetry(TimeProvider.System, new Random(Environment.ProcessId)));
            IReadOnlyList<string> chosen = parsed.GetValue(all) ? await checkpoints.ListAsync(cancellation) : named;
            if (!parsed.GetValue(yes) && !Confirm(chosen)) return ExitCodes.Failed;
            bool allThere = true;
            foreach (string shard in chosen)
            {
                bool isThere = await CheckpointReset.ResetAsync(checkpoints, shard, StartAt(to.Read(parsed)), TimeProvider.System, cancellation);
                await Console.Error.WriteLineAsync(isThere ? $"consumer: {shard} is reset" : $"consumer: {shard} has no checkpoint");
                allThere &= isThere;
            }

            return allThere ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static bool Confirm(IReadOnlyList<string> shards)
    {
        Console.Error.Write($"Reset the checkpoints of {string.Join(", ", shards)}? What is read again is counted again in the books. [y/N] ");
        if (Console.ReadLine() is "y" or "Y" or "yes") return true;
        Console.Error.WriteLine("consumer: nothing was reset");
        return false;
    }

    private static long? StartAt(StartPosition to) => to.Kind switch
    {
        StartKind.Latest => IsoTime.ToMicros(TimeProvider.System.GetUtcNow()),
        StartKind.At => IsoTime.ToMicros(to.At),
        _ => null,
    };
}
