/** Which kinds of personal data there are, and where they may be. */
export interface PersonalConfig {
  /** Kind → what belongs to it. */
  readonly kinds: Readonly<Record<string, string>>;
  /** Schema → the kinds that its relations may hold; one that is not named may hold none. */
  readonly schemas: Readonly<Record<string, readonly string[]>>;
  /** Model → what it may hold beside that. */
  readonly models: Readonly<Record<string, PersonalException>>;
  /** Role → the kinds that it may be granted; one that is not named may read none. */
  readonly readers: Readonly<Record<string, readonly string[]>>;
}

export interface PersonalException {
  readonly kinds: readonly string[];
  readonly reason: string;
  /** In project.yml, from 1. */
  readonly line: number;
}
