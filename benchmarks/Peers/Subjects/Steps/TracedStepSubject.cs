using PPYolo.Align.Traces;
using PPYolo.Peers.Measuring;
using PPYolo.Train.Tracing;

namespace PPYolo.Peers.Subjects.Steps;

/// <summary>Our training step while it is traced into files, as <c>ppyolo train --record DIR --trace</c> does.</summary>
internal sealed class TracedStepSubject : ISubject
{
    private readonly string folder = Directory.CreateTempSubdirectory("ppyolo-peers-trace-").FullName;
    private readonly StepSubject subject;
    private readonly StepTracer tracer;

    /// <summary>Prepares the step.</summary>
    /// <param name="weightsFile">The start weights.</param>
    /// <param name="batchFile">The batch of every iteration.</param>
    /// <param name="whole">Whether all tensors are kept whole, besides their statistics.</param>
    public TracedStepSubject(string weightsFile, string batchFile, bool whole)
    {
        subject = new(weightsFile, batchFile);
        tracer = StepTracer.Watch(subject.Step, Write, whole ? new() { Full = ["*"] } : null);
    }

    public void Run() => subject.Run();

    public void Dispose()
    {
        tracer.Dispose();
        subject.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Replaces the last iteration's file: hundreds of iterations would fill a disk.</summary>
    private void Write(IterationTrace trace)
    {
        TraceFile.Write(folder, 0, trace);
        if (trace.Iteration > 0)
        {
            File.Delete(Path.Combine(folder, TraceFile.FileName(trace.Iteration - 1, 0)));
        }
    }
}
