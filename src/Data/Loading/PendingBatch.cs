using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Loading;

/// <summary>A batch in the making: workers fill in its samples in any order, and the last one finishes it.</summary>
/// <param name="plan">What it is made of.</param>
/// <param name="dataset">Where the images are from.</param>
/// <param name="network">Anchors, levels and classes of the targets.</param>
internal sealed class PendingBatch(BatchPlan plan, DetectionDataset dataset, NetworkOptions network)
{
    private readonly TaskCompletionSource<Batch> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GroundTruth[][] objects = new GroundTruth[plan.Samples.Length][];
    private readonly string[] files = new string[plan.Samples.Length];

    // Written without clearing first: every sample fills its part.
    private readonly byte[] images = BatchAssembly.Room(plan.Samples.Length, plan.Size, 3L * plan.Size * plan.Size);
    private int left = plan.Samples.Length;
    private volatile bool abandoned;

    /// <summary>The batch, when it is done.</summary>
    public Task<Batch> Done => done.Task;

    /// <summary>How many samples there are to make.</summary>
    public int Count => plan.Samples.Length;

    /// <summary>Lets workers skip what is left of it.</summary>
    public void Abandon()
    {
        abandoned = true;
        done.TrySetCanceled();
    }

    /// <summary>Makes one sample. Failures end in <see cref="Done"/>, with the image's file and id.</summary>
    public void Make(int slot, SamplePipeline pipeline)
    {
        if (abandoned)
        {
            return;
        }

        try
        {
            var key = plan.Samples[slot];
            var part = images.Length / plan.Samples.Length;
            (objects[slot], files[slot]) = pipeline.Make(
                key.Index,
                key.Epoch,
                plan.Size,
                MemoryMarshal.Cast<byte, float>(images.AsSpan(slot * part, part))
            );
            if (Interlocked.Decrement(ref left) == 0)
            {
                var tensor = new TensorData(ElementType.Float32, [plan.Samples.Length, 3, plan.Size, plan.Size], images);
                done.TrySetResult(
                    BatchAssembly.Of(
                        tensor,
                        objects,
                        GeneratedBatches.Rows,
                        network,
                        $"{dataset.Layout.Annotations} iteration {plan.Iteration}",
                        files
                    )
                );
            }
        }
        catch (Exception e)
        {
            abandoned = true;
            done.TrySetException(Explain(e, dataset.Images[plan.Samples[slot].Index]));
        }
    }

    private Exception Explain(Exception e, AnnotatedImage image)
    {
        var where = $"{image.Path} (image id {image.Id}, iteration {plan.Iteration})";
        return e is AlignException
            ? new AlignException($"{where}: {e.Message}", e)
            : new InvalidOperationException($"{where}: {e.Message}", e);
    }
}
