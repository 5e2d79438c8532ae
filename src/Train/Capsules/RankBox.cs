using PPYolo.Align.Records;
using PPYolo.Align.Traces;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Train.Capsules;

/// <summary>A rank's part of a <see cref="BlackBox"/>.</summary>
internal sealed class RankBox : IDisposable
{
    private readonly BlackBox box;
    private readonly IRanks ranks;
    private readonly StepTracer tracer;
    private readonly SizeCourse gradients = new("the gradient's norm"),
        losses = new("the total loss");
    private readonly ObjectCourse objects = new();
    private IterationTrace? last;
    private int jumps;
    private int quietUntil;

    internal RankBox(BlackBox box, IRanks ranks, TrainStep step)
    {
        (this.box, this.ranks) = (box, ranks);
        tracer = StepTracer.Watch(step, trace => last = trace, TraceOptions.Brief);
    }

    /// <summary>An iteration is done: it is kept, and where something is unusual, or was asked for, a capsule is written.</summary>
    public void After(TrainedBatch done)
    {
        var boxed = BoxedIteration.Of(last!, ranks.Rank, done.Batch, done.Result);
        var iteration = done.Result.Iteration;
        box.Add(ranks.Rank, boxed, tracer.Modules);
        if (Jump(boxed) is { } jump && jumps < BlackBox.MostJumps && iteration >= quietUntil)
        {
            jumps++;
            // What follows soon is in the same capsule's run already.
            quietUntil = iteration + box.Iterations;
            WriteTogether(jump.Reason, jump.Found, jump.Iteration);
        }
        else if (box.IsRequested(ranks, iteration))
        {
            WriteTogether(CapsuleReason.Request, $"{BlackBox.RequestName} was there");
            if (ranks.Rank == 0)
            {
                box.Answered();
            }
        }
    }

    /// <summary>
    /// What jumped, if anything did. All ranks have the same norm and the same loss, and come to the same conclusion; of their own objects
    /// they tell each other.
    /// </summary>
    private (CapsuleReason Reason, string Found, int Iteration)? Jump(BoxedIteration boxed)
    {
        var iteration = boxed.Trace.Iteration;
        if (objects.Judge(boxed.Identity.Objects, boxed.Identity.Images) is { } many)
        {
            box.Crowds.Add(iteration, many);
        }

        var (gradient, loss) = (gradients.Judge(boxed.Norm!.Value), losses.Judge(boxed.Losses[^1].Value));
        return box.Crowds.At(ranks, iteration) is { } crowd ? (CapsuleReason.ManyObjects, crowd.Found, crowd.Iteration)
            : gradient is not null ? (CapsuleReason.GradientJump, gradient, iteration)
            : loss is not null ? (CapsuleReason.LossJump, loss, iteration)
            : null;
    }

    /// <summary>A loss is not finite; all ranks come here.</summary>
    /// <returns>The capsule on rank 0, or null.</returns>
    public string? NotFinite(NonFiniteLossException exception)
    {
        box.Add(ranks.Rank, BoxedIteration.Of(tracer.Unfinished, ranks.Rank, exception), tracer.Modules);
        box.TakesTheEnd();
        // The message names the iteration first, which the capsule does too.
        var found = exception.Message[(exception.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        return WriteTogether(CapsuleReason.NotFinite, found);
    }

    /// <summary>This rank ends the run, or saw another do so: the first one writes, without waiting for anybody.</summary>
    public void Failed(Exception exception, CapsuleReason reason = CapsuleReason.Failure)
    {
        if (box.TakesTheEnd())
        {
            box.Write(reason, exception.Message.Split('\n')[0]);
        }
    }

    /// <summary>Stops watching.</summary>
    public void Dispose() => tracer.Dispose();

    private string? WriteTogether(CapsuleReason reason, string found, int until = int.MaxValue)
    {
        // Until all have kept their iteration.
        ranks.Barrier("the black box");
        string? folder = null;
        RankZeroWork.Run(ranks, "the capsule", () => folder = box.Write(reason, found, until));
        return folder;
    }
}
