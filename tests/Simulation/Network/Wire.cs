using Streaming.Tests.Simulation.Scheduling;

namespace Streaming.Tests.Simulation.Network;

/// <summary>
/// Owns: the way of a call from one process to a service and back, in virtual time. What the service does happens whether or not
/// the caller still lives; the answer comes back only to a process that runs. Does not own: what is called, and which fate it has.
/// </summary>
/// <param name="stepped">Told at each step of a call, a good moment to die, and how dangerous the call is.</param>
internal sealed class Wire(SimulatedProcess process, Scheduler scheduler, Action<int> stepped)
{
    public Task<T> CallAsync<T>(Fate fate, Func<T> carryOut, Func<string, Exception> failure, CancellationToken cancellation, int danger = 1)
    {
        // The dead call nobody; nor does code that has left the thread, of which the scheduler has taken note.
        if (process.IsDead || !scheduler.IsOnThread()) return new TaskCompletionSource<T>().Task;
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<T>(cancellation);
        var call = new Call<T>(fate, cancellation);
        stepped(danger);
        if (fate.CarriedOutAfter is { } sent)
        {
            scheduler.After(sent, () =>
            {
                if ((process.IsDead || call.IsGivenUp) && !fate.OutlivesCaller) return;
                call.CarryOut(carryOut);
                stepped(danger);
            });
        }

        scheduler.After(fate.AnsweredAfter, () => process.Post(
            _ =>
            {
                call.Answer(failure);
                stepped(danger);
            },
            null));
        return call.Task;
    }

    private sealed class Call<T>
    {
        private readonly TaskCompletionSource<T> _answer = new();
        private readonly CancellationTokenRegistration _cancellation;
        private readonly Fate _fate;
        private T? _result;
        private Exception? _error;

        public Call(Fate fate, CancellationToken cancellation)
        {
            _fate = fate;
            _cancellation = cancellation.UnsafeRegister((_, token) => _answer.TrySetCanceled(token), null);
        }

        public Task<T> Task => _answer.Task;

        public bool IsGivenUp => _answer.Task.IsCanceled;

        public void CarryOut(Func<T> work)
        {
            try
            {
                _result = work();
            }
            catch (Exception error) when (error is not ViolationException)
            {
                _error = error;
            }
        }

        public void Answer(Func<string, Exception> failure)
        {
            _cancellation.Dispose();
            if (_fate.Failure is { } why) _answer.TrySetException(failure(why));
            else if (_error is not null) _answer.TrySetException(_error);
            else _answer.TrySetResult(_result!);
        }
    }
}
