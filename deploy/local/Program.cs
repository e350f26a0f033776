using Streaming.Local;
using Streaming.Shared.Hosting;

using var signals = new StopSignals();
return await LocalRun.InvokeAsync(args, signals.Token);
