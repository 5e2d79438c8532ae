namespace PPYolo.Data.Loading;

/// <summary>Which sample: an image in a pass over the dataset.</summary>
/// <param name="Index">The image in the dataset, from 0.</param>
/// <param name="Epoch">The pass, from 0.</param>
internal readonly record struct SampleKey(int Index, long Epoch);
