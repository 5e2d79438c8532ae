namespace PPYolo.Data.Loading;

/// <summary>What one rank's batch of an iteration is made of.</summary>
/// <param name="Iteration">The iteration, from 0.</param>
/// <param name="Size">The side of its images in pixels.</param>
/// <param name="Samples">Its samples, in order.</param>
internal sealed record BatchPlan(int Iteration, int Size, SampleKey[] Samples);
