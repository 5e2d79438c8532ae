using PPYolo.Align;

namespace PPYolo.Data.Batches;

/// <summary>Where batches come from: the generator, recorded files, or a dataset.</summary>
public interface IBatchSource
{
    /// <summary>The batch of an iteration, counted from 0. The same iteration gives the same batch every time.</summary>
    /// <exception cref="AlignException">There is no such batch, or it cannot be read.</exception>
    Batch At(int iteration);
}
