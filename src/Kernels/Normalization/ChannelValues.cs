namespace PPYolo.Kernels.Normalization;

/// <summary>One channel's part of <see cref="ChannelVectors"/>.</summary>
internal readonly record struct ChannelValues(float Mean, float InverseDeviation, float Weight, float Scale, float Shift);
