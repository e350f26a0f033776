using System.CommandLine;
using Streaming.Consumer.Operating;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer lake repair</c>: moves an object aside that blocks its ticker and day.</summary>
internal static class RepairCommand
{
    public static Command Create(CommandContext context)
    {
        ValueOption<string> lake = ApplicationOptions.Lake();
        var key = new Option<string>("--object") { Description = "key of the object in the lake, as the log and status name it", HelpName = "key", Required = true };
        var foreign = OptionValues.Flag("--foreign", "also an object that can be read, because it is another stream's or program's");
        var yes = OptionValues.Flag("--yes", "do not ask");
        var command = new Command(
            "repair",
            "Moves an object of avg_1min that cannot be read to set-aside/ in the lake, so that the consumer writes the minutes that it still holds into a new one. "
            + "Deletes nothing. Rows that only the object had are missing then; to restore a good version of it instead loses none.")
        {
            lake, key, foreign, yes,
        };
        var aws = new AwsOptions();
        aws.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            context, ObjectStores.Open(lake.Read(parsed)!, TimeProvider.System, aws.Read(parsed)), parsed.GetValue(key)!, parsed.GetValue(foreign), parsed.GetValue(yes), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, IObjectStore lake, string key, bool foreignToo, bool yes, CancellationToken cancellation)
    {
        // As the messages print it, with the lake before it.
        string prefix = lake.Address.TrimEnd('/') + "/";
        if (key.StartsWith(prefix, StringComparison.Ordinal)) key = key[prefix.Length..];
        var repair = new ObjectRepair(lake);
        if (await repair.DiagnoseAsync(key, cancellation) is not { } diagnosis)
        {
            await context.Error.WriteLineAsync($"consumer: there is no {prefix}{key}. It may have been moved aside already; the consumer makes a new one.");
            return ExitCode.Failed;
        }

        await context.Error.WriteLineAsync($"consumer: {prefix}{key} {diagnosis.State}.");
        if (diagnosis.Problem is null && !foreignToo)
        {
            await context.Error.WriteLineAsync("consumer: nothing was changed. If it blocks a consumer because it is another stream's, say --foreign.");
            return ExitCode.Failed;
        }

        await context.Error.WriteLineAsync($"consumer: it is moved to {prefix}{diagnosis.SetAside}. {diagnosis.WhatIsHeld}. They come back only if the records are read again (consumer checkpoints reset, or replay).");
        if (!yes) await context.ConfirmAsync("Move it aside", "Nothing was changed.", cancellation);
        if (!await repair.MoveAsideAsync(diagnosis, cancellation))
        {
            await context.Error.WriteLineAsync("consumer: the object was changed in the meantime and is left alone. Look again.");
            return ExitCode.Failed;
        }

        await context.Error.WriteLineAsync("consumer: moved aside");
        return ExitCode.Done;
    }
}
