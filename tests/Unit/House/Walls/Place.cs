namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>Where a type stands.</summary>
internal sealed record Place(string Room, string Folder, string Type, string File);
