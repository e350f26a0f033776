using System.CommandLine;
using System.Globalization;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Commands;

/// <summary><c>producer stream create|describe|delete|split|merge|reshard</c>.</summary>
internal static class StreamCommand
{
    public static Command Create(CommandContext context) => new("stream", "Make, show, delete or reshard a stream.")
    {
        CreateStream(context),
        Describe(context),
        Delete(context),
        Split(context),
        Merge(context),
        Reshard(context),
    };

    private static Command CreateStream(CommandContext context)
    {
        ValueOption<int> shards = StreamOptions.Shards();
        return Make("create", "Make the stream if it is not there.", context, async (stream, parsed, cancellation) =>
        {
            bool isNew = await stream.CreateAsync(shards.Read(parsed), cancellation);
            await context.Error.WriteLineAsync($"stream {stream.Address} {(isNew ? "was made" : "is already there")}");
        }, shards);
    }

    private static Command Describe(CommandContext context)
    {
        Option<bool> json = OptionValues.Flag("--json", "one JSON object");
        return Make("describe", "Show name, creation and shards, closed ones too.", context, async (stream, parsed, cancellation) =>
        {
            var view = StreamView.Of(await stream.DescribeAsync(cancellation), await stream.ListShardsAsync(cancellation));
            await context.Output.WriteLineAsync(parsed.GetValue(json) ? JsonOutput.Of(view) : view.ToText());
        }, json);
    }

    private static Command Delete(CommandContext context)
    {
        Option<bool> yes = OptionValues.Flag("--yes", "do not ask");
        return Make("delete", "Delete the stream with all its records. Asks before.", context, async (stream, parsed, cancellation) =>
        {
            if (!parsed.GetValue(yes))
            {
                StreamDescription description = await stream.DescribeAsync(cancellation);
                string question = $"Delete {stream.Address}, created {SummaryText.TimeText(description.CreatedAt)}, with all its records";
                await context.ConfirmAsync(question, "Nothing was deleted.", cancellation);
            }

            bool wasThere = await stream.DeleteAsync(cancellation);
            await context.Error.WriteLineAsync($"stream {stream.Address} {(wasThere ? "was deleted" : "was not there")}");
        }, yes);
    }

    private static Command Split(CommandContext context)
    {
        Option<string> shard = ShardId("--shard", "the shard to split");
        ValueOption<UInt128?> at = new("--at", "first hash key of the upper half (default: the middle of the range)", "hash", HashKey);
        return Make("split", "Close a shard and give its hash keys to two new ones.", context, async (stream, parsed, cancellation) =>
        {
            string parent = parsed.GetRequiredValue(shard);
            await stream.SplitShardAsync(parent, at.Read(parsed), cancellation);
            await WriteChildrenAsync(context, stream, "split", [parent], cancellation);
        }, shard, at);
    }

    private static Command Merge(CommandContext context)
    {
        Option<string> shard = ShardId("--shard", "one of two shards whose ranges touch"), with = ShardId("--with", "the other");
        return Make("merge", "Close two shards and give their hash keys to one new one.", context, async (stream, parsed, cancellation) =>
        {
            string[] parents = [parsed.GetRequiredValue(shard), parsed.GetRequiredValue(with)];
            await stream.MergeShardsAsync(parents[0], parents[1], cancellation);
            await WriteChildrenAsync(context, stream, "merged", parents, cancellation);
        }, shard, with);
    }

    private static Command Reshard(CommandContext context)
    {
        var shards = new ValueOption<int>("--shards", "open shards there are to be", "n", OptionValues.PositiveCount) { Required = true };
        return Make("reshard", "Split and merge until there are so many shards of equal range.", context, async (stream, parsed, cancellation) =>
        {
            await stream.UpdateShardCountAsync(shards.Read(parsed), cancellation);
            IReadOnlyList<Shard> now = await stream.ListShardsAsync(cancellation);
            await context.Error.WriteLineAsync($"stream {stream.Address} has {now.Count(shard => !shard.IsClosed)} open and {now.Count(shard => shard.IsClosed)} closed shards");
        }, shards);
    }

    private static Option<string> ShardId(string name, string description) => new(name) { Description = description, HelpName = "id", Required = true };

    private static UInt128? HashKey(string text)
        => UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 hash)
            ? hash
            : throw new UsageException($"'{text}' is not a hash key, which is a whole number below 2^128.");

    private static async Task WriteChildrenAsync(CommandContext context, IManagedStream stream, string done, string[] parents, CancellationToken cancellation)
    {
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(cancellation);
        IEnumerable<string> children = shards.Where(shard => parents.All(shard.ParentIds.Contains)).Select(shard => shard.Id);
        await context.Error.WriteLineAsync($"stream {stream.Address}: {string.Join(" and ", parents)} {(parents.Length == 1 ? "was" : "were")} {done} into {string.Join(" and ", children)}");
    }

    private static Command Make(
        string name, string description, CommandContext context, Func<IManagedStream, ParseResult, CancellationToken, Task> run, params Option[] options)
    {
        ValueOption<string> address = StreamOptions.Address();
        var aws = new AwsOptions();
        var command = new Command(name, description) { address };
        foreach (Option option in options) command.Options.Add(option);
        aws.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using IManagedStream stream = RecordStreams.Open(address.Read(parsed)!, context.Time, aws.Read(parsed));
            await run(stream, parsed, cancellation);
            return ExitCode.Done;
        });
        return command;
    }
}
